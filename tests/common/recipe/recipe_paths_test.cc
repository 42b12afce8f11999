#include "common/recipe/recipe_paths.h"

#include <unistd.h>

#include <string>

#include "common/base/files.h"
#include "gtest/gtest.h"

namespace decant {
namespace {

TEST(RecipePathsTest, RelativePathsStartAtTheRecipesFolder) {
  EXPECT_EQ(ResolveRecipePath("out", "/a/b/r.yaml"), "/a/b/out");
  EXPECT_EQ(ResolveRecipePath("../out/./x/", "/a/b/r.yaml"), "/a/out/x");
  EXPECT_EQ(ResolveRecipePath("/abs", "/a/b/r.yaml"), "/abs");
}

TEST(RecipePathsTest, OverlapIsEqualityOrContainmentEitherWay) {
  EXPECT_TRUE(PathsOverlap("/x/a", "/x/a"));
  EXPECT_TRUE(PathsOverlap("/x/a", "/x/a/b/c"));
  EXPECT_TRUE(PathsOverlap("/x/a/b", "/x/a"));
  EXPECT_TRUE(PathsOverlap("/", "/x"));
  EXPECT_FALSE(PathsOverlap("/x/a", "/x/ab"));
  EXPECT_FALSE(PathsOverlap("/x/a", "/x/b"));
}

TEST(RecipePathsTest, SymlinksDoNotHideAnOverlap) {
  const std::string folder =
      JoinPath(::testing::TempDir(), "decant_recipe_paths");
  ASSERT_TRUE(RemoveAll(folder).ok());
  ASSERT_TRUE(MakeFolders(JoinPath(folder, "real")).ok());
  ASSERT_EQ(symlink(JoinPath(folder, "real").c_str(),
                    JoinPath(folder, "link").c_str()),
            0);
  EXPECT_TRUE(
      PathsOverlap(JoinPath(folder, "link/new/out"), JoinPath(folder, "real")));
  EXPECT_FALSE(PathsOverlap(JoinPath(folder, "out"), JoinPath(folder, "link")));
}

}  // namespace
}  // namespace decant
