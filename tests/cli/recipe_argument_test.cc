#include "cli/recipe_argument.h"

#include "gmock/gmock.h"
#include "tests/cli/tiny_recipe.h"

namespace decant {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(RecipeArgumentTest, ReadsTheRecipeAndItsOutput) {
  const TempFolder folder;
  const std::string path = WriteTinyRecipe(folder);

  const auto local = ReadLocalRecipe({.path = path, .overrides = {"seed=3"}});

  ASSERT_TRUE(local.ok()) << local.status();
  EXPECT_EQ(local->text.path(), path);
  EXPECT_THAT(local->text.text(), HasSubstr("name: tiny"));
  EXPECT_THAT(local->text.overrides(), ElementsAre("seed=3"));
  EXPECT_EQ(local->default_workspace, folder.Path("out/.decant"));
}

TEST(RecipeArgumentTest, TheWorkspaceFollowsAnOverriddenOutput) {
  const TempFolder folder;
  const std::string path = WriteTinyRecipe(folder);

  const auto local = ReadLocalRecipe(
      {.path = path, .overrides = {"output.path=/elsewhere/model"}});

  ASSERT_TRUE(local.ok()) << local.status();
  EXPECT_EQ(local->default_workspace, "/elsewhere/.decant");
}

TEST(RecipeArgumentTest, ErrorsNameThePlace) {
  const TempFolder folder;
  const std::string path = WriteTinyRecipe(folder);

  const auto unknown =
      ReadLocalRecipe({.path = path, .overrides = {"stepz=3"}});
  const auto missing = ReadLocalRecipe({.path = folder.Path("none.yaml")});

  EXPECT_EQ(unknown.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(unknown.status().message()),
              HasSubstr("--set stepz=3"));
  EXPECT_EQ(missing.status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace decant
