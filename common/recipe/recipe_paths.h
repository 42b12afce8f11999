// Where a recipe's paths point, and that they do not run into each other.
#ifndef DECANT_COMMON_RECIPE_RECIPE_PATHS_H_
#define DECANT_COMMON_RECIPE_RECIPE_PATHS_H_

#include <string>

#include "absl/strings/string_view.h"

namespace decant {

// `path`, absolute and normalised; a relative one starts at the folder that
// holds the file `recipe_path`.
std::string ResolveRecipePath(absl::string_view path,
                              absl::string_view recipe_path);

// Whether one of two absolute paths is the other, or lies inside it, also by
// way of symlinks. Neither needs to exist.
bool PathsOverlap(absl::string_view a, absl::string_view b);

}  // namespace decant

#endif  // DECANT_COMMON_RECIPE_RECIPE_PATHS_H_
