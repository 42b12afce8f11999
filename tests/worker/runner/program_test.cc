// The program itself, as users and the daemon start it.
#include <gmock/gmock.h>

#include <array>
#include <cstdio>
#include <string>

#include "common/base/json.h"

namespace decant {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

struct Output {
  int exit_code = -1;
  std::string text;
};

Output Shell(const std::string& command) {
  Output output;
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return output;
  std::array<char, 4096> buffer;
  while (fgets(buffer.data(), buffer.size(), pipe) != nullptr) {
    output.text += buffer.data();
  }
  output.exit_code = WEXITSTATUS(pclose(pipe));
  return output;
}

TEST(RunnerProgramTest, NeedsTorchButNeitherProtobufNorGrpc) {
  const Output needed = Shell("readelf -d " DECANT_RUNNER);
  ASSERT_EQ(needed.exit_code, 0);
  EXPECT_THAT(needed.text, HasSubstr("libtorch_cpu.so"));
  EXPECT_THAT(needed.text, Not(HasSubstr("libprotobuf")));
  EXPECT_THAT(needed.text, Not(HasSubstr("libgrpc")));
}

TEST(RunnerProgramTest, DescribesItselfUnderAnyEnvironment) {
  const Output plain = Shell(DECANT_RUNNER " --describe --threads 1");
  ASSERT_EQ(plain.exit_code, 0);
  const auto json = ParseJson(plain.text, "description");
  ASSERT_TRUE(json.ok()) << json.status();
  EXPECT_THAT(json->at("numerics_class").get<std::string>(),
              HasSubstr("threads1"));
  EXPECT_GT(json->at("ops").size(), 0u);
  const Output odd =
      Shell("OMP_NUM_THREADS=7 MKL_CBWR=COMPATIBLE " DECANT_RUNNER
            " --describe --threads 1");
  EXPECT_EQ(odd.text, plain.text);
}

TEST(RunnerProgramTest, WrongUsesExitWithTheirCode) {
  EXPECT_EQ(Shell(DECANT_RUNNER " 2>&1").exit_code, 2);
  EXPECT_EQ(Shell(DECANT_RUNNER " --threads 0 --describe 2>&1").exit_code, 2);
  EXPECT_EQ(Shell(DECANT_RUNNER " --device gpu --describe 2>&1").exit_code, 2);
  const Output missing = Shell(DECANT_RUNNER " --once /no/such.json 2>&1");
  EXPECT_EQ(missing.exit_code, 3);
  EXPECT_THAT(missing.text, HasSubstr("/no/such.json"));
}

}  // namespace
}  // namespace decant
