#include "worker/ops/staging_folder.h"

#include <sys/stat.h>

#include <string>

#include "common/base/files.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/common/base/status_matchers.h"
#include "tests/common/base/temp_folder.h"

namespace decant {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(StagingFolderTest, LiesBesideTheOutputAndNamesTheAttempt) {
  EXPECT_EQ(StagingFolderPath("/out/m", "j-1", 7), "/out/m.partial-j-1-7");
}

TEST(StagingFolderTest, WhatAnEarlierRunLeftIsGone) {
  TempFolder temp;
  const std::string path = temp.Path("new/m.partial-j-1");
  StagingFolder first = ValueOf(StagingFolder::Create(path));
  ASSERT_THAT(first.Write("old", "x"), IsOk());

  StagingFolder second = ValueOf(StagingFolder::Create(path));
  ASSERT_THAT(second.Write("new", "y"), IsOk());
  ASSERT_THAT(second.Sync(), IsOk());

  EXPECT_THAT(ValueOf(ListFolder(path)), ElementsAre("new"));
}

TEST(StagingFolderTest, LinksSharesAndCopiesDoNot) {
  TempFolder temp;
  const std::string bytes(20'000'000, 'w');  // More than one copied block.
  ASSERT_THAT(WriteFileAtomically(temp.Path("source"), bytes), IsOk());
  StagingFolder staging = ValueOf(StagingFolder::Create(temp.Path("s")));

  ASSERT_THAT(staging.Link(temp.Path("source"), "linked"), IsOk());
  ASSERT_THAT(staging.Copy(temp.Path("source"), "copied"), IsOk());

  const auto inode = [&](const std::string& path) {
    return ValueOf(StampOf(path)).inode;
  };
  EXPECT_EQ(inode(temp.Path("s/linked")), inode(temp.Path("source")));
  EXPECT_NE(inode(temp.Path("s/copied")), inode(temp.Path("source")));
  EXPECT_EQ(ValueOf(ReadFile(temp.Path("s/copied"))), bytes);
}

TEST(StagingFolderTest, WhereNoLinkCanBeItCopies) {
  TempFolder temp;  // On disk; /dev/shm is another filesystem.
  if (!IsFolder("/dev/shm")) GTEST_SKIP() << "no second filesystem";
  const std::string source = JoinPath("/dev/shm", BaseName(temp.path()));
  ASSERT_THAT(WriteFileAtomically(source, "abc"), IsOk());
  StagingFolder staging = ValueOf(StagingFolder::Create(temp.Path("s")));

  EXPECT_THAT(staging.Link(source, "file"), IsOk());

  EXPECT_EQ(ValueOf(ReadFile(temp.Path("s/file"))), "abc");
  EXPECT_THAT(RemoveFile(source), IsOk());
}

TEST(StagingFolderTest, NamesCannotLeadOut) {
  TempFolder temp;
  StagingFolder staging = ValueOf(StagingFolder::Create(temp.Path("s")));
  for (const char* name : {"", ".", "..", "../x", "a/b", "/x"}) {
    EXPECT_THAT(staging.Write(name, "x"),
                Fails(absl::StatusCode::kInvalidArgument, HasSubstr(name)));
    EXPECT_THAT(staging.Link("/etc/hostname", name),
                Fails(absl::StatusCode::kInvalidArgument, HasSubstr(name)));
  }
}

TEST(StagingFolderTest, ErrorsNameThePath) {
  // /proc refuses new folders even to root.
  const auto created = StagingFolder::Create("/proc/decant-out.partial-j-1");

  EXPECT_FALSE(created.ok());
  EXPECT_THAT(std::string(created.status().message()),
              HasSubstr("/proc/decant-out.partial-j-1"));
}

}  // namespace
}  // namespace decant
