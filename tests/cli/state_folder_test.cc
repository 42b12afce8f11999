#include "cli/state_folder.h"

#include <cstdlib>

#include "common/base/files.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/common/base/temp_folder.h"

namespace decant {
namespace {

TEST(StateFolderTest, EachWorkspaceHasItsOwnFolderAndTheLastIsCurrent) {
  const TempFolder folder;
  const std::string root = folder.Path("state");

  const auto a = StateFolder::Open(root, "/work/a");
  const auto b = StateFolder::Open(root, "/work/b");
  const auto a_again = StateFolder::Open(root, "/work/a");
  ASSERT_TRUE(a.ok() && b.ok() && a_again.ok()) << a.status();

  EXPECT_EQ(a->path(), a_again->path());
  EXPECT_NE(a->path(), b->path());
  EXPECT_TRUE(IsFolder(b->path()));
  const auto current = StateFolder::OpenCurrent(root);
  ASSERT_TRUE(current.ok()) << current.status();
  EXPECT_EQ(current->workspace(), "/work/a");
  EXPECT_EQ(current->path(), a->path());
}

TEST(StateFolderTest, WithoutJobsThereIsNoCurrentOne) {
  const TempFolder folder;

  EXPECT_EQ(StateFolder::OpenCurrent(folder.path()).status().code(),
            absl::StatusCode::kNotFound);
}

TEST(StateFolderTest, ABrokenRecordIsNamed) {
  const TempFolder folder;
  ASSERT_TRUE(WriteFileAtomically(folder.Path("current.json"), "{}").ok());

  EXPECT_EQ(StateFolder::OpenCurrent(folder.path()).status().code(),
            absl::StatusCode::kDataLoss);
}

TEST(StateFolderTest, TheRootFollowsTheEnvironment) {
  setenv("XDG_STATE_HOME", "/xdg", 1);
  EXPECT_EQ(DefaultStateRoot(), "/xdg/decant");
  unsetenv("XDG_STATE_HOME");
  setenv("HOME", "/home/u", 1);
  EXPECT_EQ(DefaultStateRoot(), "/home/u/.local/state/decant");
}

}  // namespace
}  // namespace decant
