#include "coordinator/plan/device_profile.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace decant {
namespace {

TEST(DeviceProfileTest, EmptyNameIsTheCpu) {
  const auto profile = FindDeviceProfile("");

  ASSERT_TRUE(profile.ok());
  EXPECT_EQ(profile->name, "cpu");
}

TEST(DeviceProfileTest, UnknownNameIsRefusedWithASuggestion) {
  const auto profile = FindDeviceProfile("h10");

  EXPECT_EQ(profile.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(profile.status().message(), ::testing::HasSubstr("h100"));
}

TEST(DeviceProfileTest, EveryProfileHasSpeeds) {
  for (const DeviceProfile& profile : DeviceProfiles()) {
    EXPECT_GT(profile.read_bytes_per_sec, 0) << profile.name;
    EXPECT_GT(profile.write_bytes_per_sec, 0) << profile.name;
    EXPECT_GT(profile.flops_per_sec, 0) << profile.name;
  }
}

}  // namespace
}  // namespace decant
