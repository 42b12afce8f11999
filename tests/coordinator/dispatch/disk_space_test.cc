#include "coordinator/dispatch/disk_space.h"

#include "absl/strings/str_cat.h"
#include "common/base/files.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace decant {
namespace {

TEST(DiskSpaceTest, SmallNeedFits) {
  const std::string folder = ::testing::TempDir();

  EXPECT_TRUE(CheckDiskSpace({.output_path = folder + "/space_out/model",
                              .output_bytes = 1,
                              .workspace = folder,
                              .workspace_bytes = 1})
                  .ok());
  EXPECT_TRUE(IsFolder(folder + "/space_out"));
}

TEST(DiskSpaceTest, NeedAboveTheFreeSpaceNamesBoth) {
  const std::string folder = ::testing::TempDir();

  const absl::Status status =
      CheckDiskSpace({.output_path = folder + "/space_out/model",
                      .output_bytes = int64_t{1} << 60,
                      .workspace = folder,
                      .workspace_bytes = int64_t{1} << 60});

  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(status.message(), ::testing::HasSubstr("needed"));
  EXPECT_THAT(status.message(), ::testing::HasSubstr("free"));
}

TEST(DiskSpaceTest, OutputBelowAFileIsRefused) {
  const std::string file = ::testing::TempDir() + "/space_file";
  ASSERT_TRUE(WriteFileAtomically(file, "x").ok());

  const absl::Status status = CheckDiskSpace(
      {.output_path = file + "/model", .workspace = ::testing::TempDir()});

  EXPECT_FALSE(status.ok());
  EXPECT_THAT(status.message(), ::testing::HasSubstr(file));
}

}  // namespace
}  // namespace decant
