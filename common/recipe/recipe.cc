#include "common/recipe/recipe.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/files.h"
#include "common/base/status_macros.h"
#include "common/recipe/gate_metrics.h"
#include "common/recipe/overrides.h"
#include "common/recipe/recipe_paths.h"
#include "common/recipe/yaml_map_reader.h"
#include "common/recipe/yaml_parser.h"

namespace decant {
namespace {

constexpr size_t kMaxNameChars = 100;

// Names become file names and labels.
bool IsGoodName(absl::string_view name) {
  if (name.empty() || name.size() > kMaxNameChars) return false;
  for (const char c : name) {
    const bool is_word = absl::ascii_isalnum(static_cast<unsigned char>(c));
    if (!is_word && c != '.' && c != '_' && c != '-') return false;
  }
  return name[0] != '.' && name[0] != '-';
}

// Reads the path of a nested map's "path".
std::string ReadPath(YamlMapReader& reader, absl::string_view recipe_path) {
  const std::string path = reader.String("path");
  if (!reader.ok()) return "";
  if (path.empty()) {
    reader.Fail("path", "is empty");
  } else if (path[0] == '~') {
    reader.Fail("path", "'~' is not expanded; write the full path");
  }
  return ResolveRecipePath(path, recipe_path);
}

absl::StatusOr<ModelRef> ParseModelRef(const YamlNode& node,
                                       absl::string_view what,
                                       absl::string_view recipe_path) {
  YamlMapReader reader(node, what);
  ModelRef ref;
  ref.path = ReadPath(reader, recipe_path);
  ref.mark = reader.MarkOf("path");
  if (reader.ok() && !IsFolder(ref.path)) {
    reader.Fail("path", absl::StrCat("no such folder: ", ref.path));
  }
  RETURN_IF_ERROR(reader.Finish());
  return ref;
}

absl::StatusOr<OutputSpec> ParseOutput(const YamlNode& node,
                                       absl::string_view recipe_path) {
  YamlMapReader reader(node, "output");
  OutputSpec output;
  output.path = ReadPath(reader, recipe_path);
  output.mark = reader.MarkOf("path");
  if (reader.Has("dtype")) {
    const std::string name =
        reader.Choice("dtype", {"bfloat16", "float16", "float32"});
    if (reader.ok()) {
      ASSIGN_OR_RETURN(output.dtype, ParseTorchDType(name));
    }
  }
  reader.Ignore("dtype");
  output.max_shard_size_bytes = reader.OptionalSize(
      "max_shard_size", kDefaultMaxShardSizeBytes, {.min = 1});
  RETURN_IF_ERROR(reader.Finish());
  return output;
}

absl::StatusOr<RecipeStep> ParseStep(const YamlNode& node, size_t index) {
  YamlMapReader reader(node, absl::StrCat("steps[", index, "]"));
  RecipeStep step;
  step.mark = node.mark();
  step.method = reader.String("method");
  step.method_mark = reader.MarkOf("method");
  const std::string preset = reader.OptionalChoice(
      "preset", "published", {"published", "recommended"});
  step.preset =
      preset == "recommended" ? Preset::kRecommended : Preset::kPublished;
  // Whatever else there is belongs to the method.
  for (const YamlNode::Entry& entry : node.entries()) reader.Ignore(entry.key);
  RETURN_IF_ERROR(reader.Finish());
  step.params = node;
  step.params.Remove("method");
  step.params.Remove("preset");
  return step;
}

std::optional<double> ReadBound(YamlMapReader& reader, absl::string_view key,
                                YamlDoubleRange range) {
  reader.Ignore(key);
  if (!reader.Has(key)) return std::nullopt;
  return reader.Double(key, range);
}

absl::StatusOr<GateSpec> ParseGate(const YamlNode& node, size_t index) {
  YamlMapReader reader(node, absl::StrCat("gates[", index, "]"));
  GateSpec gate;
  gate.mark = node.mark();
  gate.metric = reader.Choice("metric", GateMetricNames());
  YamlDoubleRange range = {.min = 0};
  if (gate.metric == kChangedElementsFraction) range.max = 1;
  gate.min = ReadBound(reader, "min", range);
  gate.max = ReadBound(reader, "max", range);
  if (reader.ok() && !gate.min.has_value() && !gate.max.has_value()) {
    reader.Fail("min", "a gate needs min, max or both");
  }
  if (gate.min.has_value() && gate.max.has_value() && *gate.min > *gate.max) {
    reader.Fail("min", absl::StrCat(*gate.min, " is above max ", *gate.max));
  }
  RETURN_IF_ERROR(reader.Finish());
  return gate;
}

absl::StatusOr<std::vector<RecipeStep>> ParseSteps(const YamlNode& list) {
  std::vector<RecipeStep> steps;
  if (list.elements().empty()) {
    return YamlError(list.mark(), "steps: is empty; expected at least one");
  }
  for (size_t i = 0; i < list.elements().size(); ++i) {
    ASSIGN_OR_RETURN(RecipeStep step, ParseStep(list.elements()[i], i));
    steps.push_back(std::move(step));
  }
  return steps;
}

absl::StatusOr<std::vector<GateSpec>> ParseGates(const YamlNode& list) {
  std::vector<GateSpec> gates;
  for (size_t i = 0; i < list.elements().size(); ++i) {
    ASSIGN_OR_RETURN(GateSpec gate, ParseGate(list.elements()[i], i));
    gates.push_back(std::move(gate));
  }
  return gates;
}

// Making a model must never touch one it reads.
absl::Status CheckOutputIsApart(const OutputSpec& output, const ModelRef& model,
                                absl::string_view what) {
  if (!PathsOverlap(output.path, model.path)) return absl::OkStatus();
  return YamlError(
      output.mark,
      absl::StrCat("path: the output ", output.path, " overlaps the ", what,
                   " folder ", model.path, "; choose a folder of its own"));
}

}  // namespace

absl::string_view PresetName(Preset preset) {
  return preset == Preset::kPublished ? "published" : "recommended";
}

absl::StatusOr<Recipe> ParseRecipe(absl::string_view text,
                                   absl::string_view path,
                                   const std::vector<std::string>& overrides) {
  ASSIGN_OR_RETURN(YamlNode root, ParseYaml(text, path));
  RETURN_IF_ERROR(ApplyOverrides(overrides, root));

  Recipe recipe;
  recipe.path = AbsolutePath(path);
  recipe.text = std::string(text);
  recipe.overrides = overrides;

  YamlMapReader reader(root, "recipe");
  recipe.name = reader.String("name");
  if (reader.ok() && !IsGoodName(recipe.name)) {
    reader.Fail("name", absl::StrCat("expected 1 to ", kMaxNameChars,
                                     " letters, digits, '.', '_' or '-', and a "
                                     "letter or digit first"));
  }
  recipe.seed = reader.OptionalInt("seed", 0, {.min = 0});
  const YamlNode* teacher = reader.Map("teacher");
  const YamlNode* student = reader.Map("student");
  const YamlNode* output = reader.Map("output");
  const YamlNode* steps = reader.List("steps");
  const YamlNode* gates = reader.OptionalList("gates");
  RETURN_IF_ERROR(reader.Finish());

  ASSIGN_OR_RETURN(recipe.teacher, ParseModelRef(*teacher, "teacher", path));
  ASSIGN_OR_RETURN(recipe.student, ParseModelRef(*student, "student", path));
  ASSIGN_OR_RETURN(recipe.output, ParseOutput(*output, path));
  RETURN_IF_ERROR(CheckOutputIsApart(recipe.output, recipe.teacher, "teacher"));
  RETURN_IF_ERROR(CheckOutputIsApart(recipe.output, recipe.student, "student"));
  ASSIGN_OR_RETURN(recipe.steps, ParseSteps(*steps));
  if (gates != nullptr) {
    ASSIGN_OR_RETURN(recipe.gates, ParseGates(*gates));
  }
  return recipe;
}

absl::StatusOr<Recipe> ReadRecipe(absl::string_view path,
                                  const std::vector<std::string>& overrides) {
  if (!FileExists(path)) {
    return absl::NotFoundError(absl::StrCat("no such recipe: ", path));
  }
  ASSIGN_OR_RETURN(const std::string text, ReadFile(path, kMaxYamlBytes));
  return ParseRecipe(text, path, overrides);
}

Json CanonicalRecipe(const Recipe& recipe) {
  Json steps = Json::array();
  for (const RecipeStep& step : recipe.steps) {
    steps.push_back({{"method", step.method},
                     {"preset", std::string(PresetName(step.preset))},
                     {"params", step.params.ToJson()}});
  }
  Json gates = Json::array();
  for (const GateSpec& gate : recipe.gates) {
    Json entry = {{"metric", gate.metric}};
    if (gate.min.has_value()) entry["min"] = *gate.min;
    if (gate.max.has_value()) entry["max"] = *gate.max;
    gates.push_back(std::move(entry));
  }
  Json output = {{"max_shard_size_bytes", recipe.output.max_shard_size_bytes}};
  if (recipe.output.dtype.has_value()) {
    output["dtype"] = std::string(TorchDTypeName(*recipe.output.dtype));
  }
  return Json{{"seed", recipe.seed},
              {"output", std::move(output)},
              {"steps", std::move(steps)},
              {"gates", std::move(gates)}};
}

}  // namespace decant
