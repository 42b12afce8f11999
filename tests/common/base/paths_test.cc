#include "common/base/paths.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/common/base/status_matchers.h"
#include "tests/common/base/temp_folder.h"

namespace decant {
namespace {

TEST(PathsTest, JoinsAndSplits) {
  EXPECT_EQ(JoinPath("a", "b"), "a/b");
  EXPECT_EQ(JoinPath("a/", "b"), "a/b");
  EXPECT_EQ(JoinPath("a", "/b"), "/b");
  EXPECT_EQ(JoinPath("", "b"), "b");
  EXPECT_EQ(JoinPath("a", ""), "a");

  struct Case {
    const char* path;
    const char* folder;
    const char* name;
  };
  const Case kCases[] = {{"/a/b", "/a", "b"}, {"/a/b/", "/a", "b"},
                         {"/a", "/", "a"},    {"a", ".", "a"},
                         {"/", "/", "/"},     {"a//b", "a", "b"}};
  for (const Case& c : kCases) {
    EXPECT_EQ(DirName(c.path), c.folder) << c.path;
    EXPECT_EQ(BaseName(c.path), c.name) << c.path;
  }
}

TEST(PathsTest, AbsolutePathsAreNormal) {
  EXPECT_EQ(AbsolutePath("/a/./b/../c/"), "/a/c");
  EXPECT_EQ(AbsolutePath("/"), "/");
  const std::string relative = AbsolutePath("x");
  EXPECT_EQ(relative.front(), '/');
  EXPECT_EQ(BaseName(relative), "x");
}

TEST(PathsTest, BeneathIsByWholeComponents) {
  EXPECT_TRUE(IsBeneath("/a/b", "/a"));
  EXPECT_TRUE(IsBeneath("/a", "/a"));
  EXPECT_TRUE(IsBeneath("/a", "/"));
  EXPECT_FALSE(IsBeneath("/ab", "/a"));
  EXPECT_FALSE(IsBeneath("/", "/a"));
}

TEST(PathsTest, ResolveFollowsLinks) {
  const TempFolder temp;
  ASSERT_THAT(MakeFolders(temp.Path("real")), IsOk());
  ASSERT_EQ(symlink("real", temp.Path("link").c_str()), 0);
  EXPECT_EQ(BaseName(ValueOf(ResolvePath(temp.Path("link")))), "real");
  EXPECT_THAT(ResolvePath(temp.Path("absent")),
              Fails(absl::StatusCode::kNotFound,
                    testing::HasSubstr(temp.Path("absent"))));
}

TEST(PathsTest, FilesystemOfAMissingPathIsThatOfItsParent) {
  const TempFolder temp;
  EXPECT_EQ(NetworkFilesystemName(temp.Path("no/such/folder")),
            NetworkFilesystemName(temp.path()));
  // /proc is never on the network.
  EXPECT_EQ(NetworkFilesystemName("/proc/self"), "");
}

}  // namespace
}  // namespace decant
