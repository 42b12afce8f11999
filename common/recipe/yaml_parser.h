// YAML text becomes a tree or one clear error. Only the harmless part of YAML
// is accepted: what a reader of the recipe sees is what Decant does.
#ifndef DECANT_COMMON_RECIPE_YAML_PARSER_H_
#define DECANT_COMMON_RECIPE_YAML_PARSER_H_

#include <cstddef>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/recipe/yaml_node.h"

namespace decant {

inline constexpr size_t kMaxYamlBytes = 1'000'000;
inline constexpr int kMaxYamlDepth = 32;
// Of one map: lookups are linear, and no recipe comes near.
inline constexpr size_t kMaxYamlKeys = 1'000;

// Parses one document. `source` names it in marks and errors. A document that
// is empty or holds only comments is an error.
//
// InvalidArgument "<source>:<line>:<column>: <reason>": syntax, a duplicate
// key, a key that is not a scalar, anchors, aliases, merge keys, tags, nesting
// deeper than kMaxYamlDepth, more than kMaxYamlKeys in a map, more than one
// document, more than kMaxYamlBytes, bytes that are not UTF-8, or control
// characters.
absl::StatusOr<YamlNode> ParseYaml(absl::string_view text,
                                   absl::string_view source);

// The same for a single value that stands in no file: marks and errors carry
// `source` alone.
absl::StatusOr<YamlNode> ParseYamlValue(absl::string_view text,
                                        absl::string_view source);

}  // namespace decant

#endif  // DECANT_COMMON_RECIPE_YAML_PARSER_H_
