// The recipe: what a user asks for, read from YAML and checked. What the
// parameters of a step mean is known to its method (coordinator/plan/methods),
// which reads `params` with YamlMapReader.
#ifndef DECANT_COMMON_RECIPE_RECIPE_H_
#define DECANT_COMMON_RECIPE_RECIPE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/base/json.h"
#include "common/recipe/yaml_node.h"
#include "common/tensor/dtype.h"

namespace decant {

inline constexpr int64_t kDefaultMaxShardSizeBytes = 5'000'000'000;

struct ModelRef {
  std::string path;  // Absolute.
  YamlMark mark;
};

struct OutputSpec {
  std::string path;            // Absolute.
  std::optional<DType> dtype;  // kBF16, kF16 or kF32; unset: the student's.
  int64_t max_shard_size_bytes = kDefaultMaxShardSizeBytes;
  YamlMark mark;
};

// Which set of defaults fills what a step leaves out.
enum class Preset { kPublished, kRecommended };
absl::string_view PresetName(Preset preset);

struct RecipeStep {
  std::string method;
  Preset preset = Preset::kPublished;
  YamlNode params;  // The step's map without `method` and `preset`.
  YamlMark mark;
  YamlMark method_mark;
};

// Rejects the result unless min <= metric <= max; at least one bound is set.
struct GateSpec {
  std::string metric;  // One of GateMetricNames().
  std::optional<double> min;
  std::optional<double> max;
  YamlMark mark;
};

struct Recipe {
  std::string name;  // Letters, digits, '.', '_' and '-'.
  std::string path;  // Absolute; "" never.
  std::string text;  // Verbatim, before overrides.
  std::vector<std::string> overrides;
  int64_t seed = 0;
  ModelRef teacher;
  ModelRef student;
  OutputSpec output;
  std::vector<RecipeStep> steps;  // At least one.
  std::vector<GateSpec> gates;
};

// Reads `text`, the content of the recipe at `path`, after applying
// `overrides` ("key.path=value"). Relative paths, overridden ones too, resolve
// against the recipe's folder. Looks at the filesystem only to see that the
// teacher and student folders exist and that the output is apart from both.
//
// InvalidArgument "<path>:<line>:<column>: <reason>", with the nearest valid
// key where a name is unknown.
absl::StatusOr<Recipe> ParseRecipe(
    absl::string_view text, absl::string_view path,
    const std::vector<std::string>& overrides = {});

// ReadFile and ParseRecipe.
absl::StatusOr<Recipe> ReadRecipe(
    absl::string_view path, const std::vector<std::string>& overrides = {});

// What identifies the result a recipe asks for: seed, output format, steps and
// gates after overrides; no name, no paths, no marks.
Json CanonicalRecipe(const Recipe& recipe);

}  // namespace decant

#endif  // DECANT_COMMON_RECIPE_RECIPE_H_
