#include "worker/frames/runner_environment.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <string>

namespace decant {
namespace {

std::map<std::string, std::string> AsMap(int threads) {
  std::map<std::string, std::string> values;
  for (const auto& [name, value] : RunnerEnvironment(threads)) {
    values[name] = value;
  }
  return values;
}

TEST(RunnerEnvironmentTest, PinsThreadsAndInstructionSets) {
  const std::map<std::string, std::string> values = AsMap(3);
  EXPECT_EQ(values.at("OMP_NUM_THREADS"), "3");
  EXPECT_EQ(values.at("MKL_NUM_THREADS"), "3");
  EXPECT_EQ(values.at("CUBLAS_WORKSPACE_CONFIG"), ":4096:8");
  EXPECT_EQ(values.at("NVIDIA_TF32_OVERRIDE"), "0");
  const std::map<std::string, std::string> kAten = {
      {"avx512", "avx512"}, {"avx2", "avx2"}, {"baseline", "default"}};
  EXPECT_EQ(values.at("ATEN_CPU_CAPABILITY"),
            kAten.at(std::string(CpuLevel())));
}

TEST(RunnerEnvironmentTest, IsRecognisedOnlyWhenComplete) {
  for (const auto& [name, value] : RunnerEnvironment(5)) {
    setenv(name.c_str(), value.c_str(), 1);
  }
  EXPECT_TRUE(HasRunnerEnvironment(5));
  EXPECT_FALSE(HasRunnerEnvironment(4));
  unsetenv("MKL_CBWR");
  EXPECT_FALSE(HasRunnerEnvironment(5));
}

}  // namespace
}  // namespace decant
