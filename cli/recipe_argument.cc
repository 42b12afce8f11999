#include "cli/recipe_argument.h"

#include "common/base/files.h"
#include "common/base/status_macros.h"
#include "common/recipe/recipe.h"

namespace decant {

void AddRecipeArgument(CLI::App& verb, RecipeArgument& argument) {
  verb.add_option("recipe", argument.path, "recipe file (YAML)")->required();
  verb.add_option("--set", argument.overrides,
                  "override a value of the recipe: KEY.PATH=VALUE")
      ->take_all()
      ->allow_extra_args(false);
}

absl::StatusOr<LocalRecipe> ReadLocalRecipe(const RecipeArgument& argument) {
  const std::string path = AbsolutePath(argument.path);
  ASSIGN_OR_RETURN(const Recipe recipe, ReadRecipe(path, argument.overrides));
  LocalRecipe local;
  local.text.set_text(recipe.text);
  local.text.set_path(path);
  for (const std::string& override_text : argument.overrides) {
    local.text.add_overrides(override_text);
  }
  local.default_workspace = JoinPath(DirName(recipe.output.path), ".decant");
  return local;
}

}  // namespace decant
