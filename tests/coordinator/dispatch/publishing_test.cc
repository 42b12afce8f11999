#include "coordinator/dispatch/publishing.h"

#include "absl/strings/str_cat.h"
#include "common/base/files.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace decant {
namespace {

class PublishingTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = absl::StrCat(
        ::testing::TempDir(), "/publishing_",
        ::testing::UnitTest::GetInstance()->current_test_info()->name());
    ASSERT_TRUE(RemoveAll(folder_).ok());
    ASSERT_TRUE(MakeFolders(folder_).ok());
    output_ = folder_ + "/model";
    staging_ = output_ + ".partial-j1-3";
  }
  void MakeModel(const std::string& path, const std::string& content) {
    ASSERT_TRUE(MakeFolders(path).ok());
    ASSERT_TRUE(WriteFileAtomically(path + "/decant.json", content).ok());
  }
  std::string Content(const std::string& path) {
    return ReadFile(path + "/decant.json").value_or("nothing");
  }
  std::string folder_;
  std::string output_;
  std::string staging_;
};

TEST_F(PublishingTest, StagingFolderBecomesTheOutput) {
  MakeModel(staging_, "new");

  ASSERT_TRUE(PublishFolder(staging_, output_, false).ok());

  EXPECT_EQ(Content(output_), "new");
  EXPECT_FALSE(FileExists(staging_));
}

TEST_F(PublishingTest, RepeatingAFinishedPublishIsOk) {
  MakeModel(staging_, "new");
  ASSERT_TRUE(PublishFolder(staging_, output_, false).ok());

  EXPECT_TRUE(PublishFolder(staging_, output_, false).ok());

  EXPECT_EQ(Content(output_), "new");
}

TEST_F(PublishingTest, ExistingOutputIsNotTouchedWithoutReplace) {
  MakeModel(output_, "old");
  MakeModel(staging_, "new");

  const absl::Status status = PublishFolder(staging_, output_, false);

  EXPECT_EQ(status.code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(Content(output_), "old");
  EXPECT_EQ(Content(staging_), "new");
}

TEST_F(PublishingTest, ReplaceLeavesNothingOfTheOldModel) {
  MakeModel(output_, "old");
  MakeModel(staging_, "new");

  ASSERT_TRUE(PublishFolder(staging_, output_, true).ok());

  EXPECT_EQ(Content(output_), "new");
  EXPECT_THAT(*ListFolder(folder_), ::testing::ElementsAre("model"));
}

TEST_F(PublishingTest, ReplaceInterruptedBetweenItsRenamesIsFinished) {
  MakeModel(staging_, "new");
  MakeModel(output_ + ".replaced-j1-3", "old");  // Crash after rename one.

  ASSERT_TRUE(PublishFolder(staging_, output_, true).ok());

  EXPECT_EQ(Content(output_), "new");
  EXPECT_THAT(*ListFolder(folder_), ::testing::ElementsAre("model"));
}

TEST_F(PublishingTest, LostStagingFolderIsNamed) {
  const absl::Status status = PublishFolder(staging_, output_, false);

  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(status.message(), ::testing::HasSubstr(staging_));
}

TEST_F(PublishingTest, RejectedModelIsKeptAsideAndReplacesAnOlderOne) {
  MakeModel(output_ + ".rejected", "older");
  MakeModel(staging_, "new");

  const auto path = RejectFolder(staging_, output_);

  ASSERT_TRUE(path.ok()) << path.status();
  EXPECT_EQ(*path, output_ + ".rejected");
  EXPECT_EQ(Content(*path), "new");
  EXPECT_FALSE(FileExists(output_));
}

TEST_F(PublishingTest, ForeignFolderNamedRejectedIsNotRemoved) {
  ASSERT_TRUE(MakeFolders(output_ + ".rejected/mine").ok());
  MakeModel(staging_, "new");

  const auto path = RejectFolder(staging_, output_);

  EXPECT_EQ(path.status().code(), absl::StatusCode::kAlreadyExists);
  EXPECT_TRUE(IsFolder(output_ + ".rejected/mine"));
}

TEST_F(PublishingTest, CleanUpRemovesOnlyFoldersOfTheJob) {
  MakeModel(staging_, "mine");
  MakeModel(output_ + ".partial-j2-1", "other job");
  MakeModel(output_, "published");

  ASSERT_TRUE(RemoveStagingFolders("j1", output_).ok());

  EXPECT_THAT(*ListFolder(folder_),
              ::testing::ElementsAre("model", "model.partial-j2-1"));
}

}  // namespace
}  // namespace decant
