// The arguments that run, plan and submit share.
#ifndef DECANT_CLI_RECIPE_ARGUMENT_H_
#define DECANT_CLI_RECIPE_ARGUMENT_H_

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "decant/v1/job.pb.h"

namespace decant {

struct RecipeArgument {
  std::string path;
  std::vector<std::string> overrides;
};

// RECIPE and --set, stored in `argument`.
void AddRecipeArgument(CLI::App& verb, RecipeArgument& argument);

// A recipe that was read and understood here, before anybody is asked.
struct LocalRecipe {
  v1::RecipeText text;
  // Where private coordinators work for it: .decant beside the output.
  std::string default_workspace;
};

// NotFound: no such file. InvalidArgument: "<file>:<line>:<column>: <reason>".
absl::StatusOr<LocalRecipe> ReadLocalRecipe(const RecipeArgument& argument);

}  // namespace decant

#endif  // DECANT_CLI_RECIPE_ARGUMENT_H_
