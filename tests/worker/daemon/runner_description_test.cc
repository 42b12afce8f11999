#include "worker/daemon/runner_description.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace decant {
namespace {

using ::testing::HasSubstr;

TEST(RunnerDescriptionTest, AsksTheProgram) {
  const auto description = DescribeRunner(DECANT_FAKE_RUNNER, "cpu", 2);
  ASSERT_TRUE(description.ok()) << description.status();
  EXPECT_EQ(description->numerics_class, "fake-class");
  EXPECT_EQ(description->ops.at("merge"), 3);
  EXPECT_TRUE(description->cuda_devices.empty());
}

TEST(RunnerDescriptionTest, ReadsDevices) {
  const auto description = ParseRunnerDescription(
      R"({"numerics_class": "c", "ops": {}, "cuda_devices": [
          {"name": "H100", "compute_capability": 90, "memory_bytes": 8}]})");
  ASSERT_TRUE(description.ok()) << description.status();
  ASSERT_EQ(description->cuda_devices.size(), 1u);
  EXPECT_EQ(description->cuda_devices[0].memory_bytes, 8);
}

TEST(RunnerDescriptionTest, WrongProgramsAreNamed) {
  const auto missing = DescribeRunner("/no/such/runner", "cpu", 1);
  EXPECT_EQ(missing.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(missing.status().message(), HasSubstr("/no/such/runner"));
  const auto fails = DescribeRunner("/bin/false", "cpu", 1);
  EXPECT_THAT(fails.status().message(), HasSubstr("/bin/false"));
  const auto other = DescribeRunner("/bin/echo", "cpu", 1);
  EXPECT_THAT(other.status().message(), HasSubstr("no runner of this release"));
}

TEST(RunnerDescriptionTest, WrongTextIsRefused) {
  for (const char* text :
       {"", "[]", R"({"numerics_class": "c"})",
        R"({"numerics_class": "c", "ops": [], "cuda_devices": []})",
        R"({"numerics_class": "c", "ops": {"a": "1"}, "cuda_devices": []})",
        R"({"numerics_class": "c", "ops": {}, "cuda_devices": [3]})"}) {
    EXPECT_EQ(ParseRunnerDescription(text).status().code(),
              absl::StatusCode::kInvalidArgument)
        << text;
  }
}

}  // namespace
}  // namespace decant
