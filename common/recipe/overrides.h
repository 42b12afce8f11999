// --set key.path=value: changes a recipe's tree before it is validated, so
// that one recipe serves the full-size system and a small rehearsal.
#ifndef DECANT_COMMON_RECIPE_OVERRIDES_H_
#define DECANT_COMMON_RECIPE_OVERRIDES_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/recipe/yaml_node.h"

namespace decant {

// Applies "steps.0.delta.drop=0.7" or "steps[0].delta.drop=0.7" to `root`. The
// value is one YAML value on one line: 0.7, "text", [1, 2], {drop: 0.7}. Maps
// on the way are created; list elements must exist. Later overrides win.
//
// Everything an override sets carries the mark "--set <text>", so that
// validation errors name the override. InvalidArgument "--set <text>: ...":
// no '=', an empty key, an index that is out of range or not a number, a path
// through a scalar, or a value that is not YAML.
absl::Status ApplyOverride(absl::string_view text, YamlNode& root);

absl::Status ApplyOverrides(const std::vector<std::string>& overrides,
                            YamlNode& root);

}  // namespace decant

#endif  // DECANT_COMMON_RECIPE_OVERRIDES_H_
