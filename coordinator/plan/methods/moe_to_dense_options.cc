#include "coordinator/plan/methods/moe_to_dense_options.h"

#include "common/base/status_macros.h"
#include "common/recipe/yaml_map_reader.h"

namespace decant {
namespace {

using Options = MoeToDenseOptions;

// Each reader handles one nested map of the step.
absl::Status ReadLayers(const YamlNode& node, Options& options) {
  YamlMapReader reader(node, "layers");
  const bool is_linear =
      reader.OptionalChoice(
          "map",
          options.layers.kind == LayerMapKind::kLinear ? "linear" : "sigmoid",
          {"sigmoid", "linear"}) == "linear";
  options.layers.kind =
      is_linear ? LayerMapKind::kLinear : LayerMapKind::kSigmoid;
  if (is_linear && reader.Has("steepness")) {
    reader.Ignore("steepness");
    reader.Fail("steepness", "has no meaning with map: linear; leave it out");
  } else {
    options.layers.steepness = reader.OptionalDouble(
        "steepness", options.layers.steepness, {.above = 0, .max = 100});
  }
  return reader.Finish();
}

absl::Status ReadExperts(const YamlNode& node, Options& options) {
  YamlMapReader reader(node, "experts");
  options.select = reader.OptionalChoice("select", options.select,
                                         {"nearest-centroid", "all"});
  if (reader.Has("count") && options.select == "all") {
    reader.Ignore("count");
    reader.Fail("count", "has no meaning with select: all; leave it out");
  } else {
    options.count = reader.OptionalInt("count", 0, {.min = 1});
  }
  options.pair = reader.OptionalChoice("pair", options.pair, {"index"});
  return reader.Finish();
}

absl::Status ReadProject(const YamlNode& node, Options& options) {
  YamlMapReader reader(node, "project");
  reader.OptionalChoice("method", "svd-crop", {"svd-crop"});
  options.project_rank = reader.OptionalInt("rank", 0, {.min = 1});
  options.rank_cap =
      reader.OptionalChoice("rank_cap", options.rank_cap, {"none", "student"});
  options.uncovered = reader.OptionalChoice("uncovered", options.uncovered,
                                            {"zero", "keep-student"});
  return reader.Finish();
}

absl::Status ReadAlign(const YamlNode& node, Options& options) {
  YamlMapReader reader(node, "align");
  const std::string method =
      reader.OptionalChoice("method", "procrustes", {"procrustes", "none"});
  if (method == "none") {
    for (const char* key : {"side", "scaling"}) {
      if (!reader.Has(key)) continue;
      reader.Ignore(key);
      reader.Fail(key, "has no meaning with method: none; leave it out");
    }
    options.align_side = "none";
    return reader.Finish();
  }
  options.align_side = reader.OptionalChoice("side", options.align_side,
                                             {"right", "left", "both", "none"});
  options.align_scaling = reader.OptionalBool("scaling", options.align_scaling);
  return reader.Finish();
}

absl::Status ReadDelta(const YamlNode& node, Options& options) {
  YamlMapReader reader(node, "delta");
  options.drop =
      reader.OptionalDouble("drop", options.drop, {.min = 0, .below = 1});
  options.drop_method = reader.OptionalChoice("method", options.drop_method,
                                              {"magnitude", "random"});
  // The defaults that make each method unbiased in its own sense: the norm
  // (magnitude) or the mean (random) of the delta stays.
  options.rescale = reader.OptionalChoice(
      "rescale", options.drop_method == "random" ? "inverse" : "l2",
      {"l2", "l1", "none", "inverse"});
  return reader.Finish();
}

absl::Status ReadLora(const YamlNode& node, Options& options) {
  YamlMapReader reader(node, "lora");
  options.lora_rank = reader.Int("rank", {.min = 1, .max = 1 << 20});
  options.lora_alpha = reader.OptionalDouble(
      "alpha", static_cast<double>(options.lora_rank), {.above = 0});
  return reader.Finish();
}

absl::Status ReadMerge(const YamlNode& node, Options& options) {
  YamlMapReader reader(node, "merge");
  options.strength = reader.OptionalDouble("strength", options.strength,
                                           {.min = -8, .max = 8});
  return reader.Finish();
}

Options Defaults(Preset preset) {
  Options options;
  if (preset == Preset::kRecommended) {
    // A steep map leaves most teacher layers unread, and a zero where the
    // teacher has nothing to say deletes the student.
    options.layers.steepness = 1;
    options.uncovered = "keep-student";
  }
  return options;
}

}  // namespace

Json MoeToDenseOptions::ToJson() const {
  Json layer_json = {
      {"map", layers.kind == LayerMapKind::kLinear ? "linear" : "sigmoid"}};
  if (layers.kind == LayerMapKind::kSigmoid) {
    layer_json["steepness"] = layers.steepness;
  }
  Json lora = nullptr;
  if (lora_rank > 0) lora = {{"rank", lora_rank}, {"alpha", lora_alpha}};
  return {{"layers", layer_json},
          {"experts", {{"select", select}, {"count", count}, {"pair", pair}}},
          {"project",
           {{"method", "svd-crop"},
            {"rank", project_rank},
            {"rank_cap", rank_cap},
            {"uncovered", uncovered}}},
          {"align",
           {{"method", align_side == "none" ? "none" : "procrustes"},
            {"side", align_side},
            {"scaling", align_scaling}}},
          {"delta",
           {{"drop", drop}, {"method", drop_method}, {"rescale", rescale}}},
          {"lora", lora},
          {"merge", {{"strength", strength}}},
          {"attention", attention},
          {"embeddings", embeddings}};
}

absl::StatusOr<MoeToDenseOptions> ParseMoeToDenseOptions(
    const RecipeStep& step) {
  MoeToDenseOptions options = Defaults(step.preset);
  YamlMapReader reader(step.params, "step moe-to-dense");
  const struct {
    const char* key;
    absl::Status (*read)(const YamlNode&, Options&);
  } kParts[] = {{"layers", ReadLayers},   {"experts", ReadExperts},
                {"project", ReadProject}, {"align", ReadAlign},
                {"delta", ReadDelta},     {"lora", ReadLora},
                {"merge", ReadMerge}};
  for (const auto& part : kParts) {
    const YamlNode* node = reader.OptionalMap(part.key);
    if (node != nullptr) reader.Adopt(part.read(*node, options));
  }
  options.attention = reader.OptionalChoice("attention", options.attention,
                                            {"project", "keep"});
  options.embeddings = reader.OptionalChoice("embeddings", options.embeddings,
                                             {"keep", "distill"});
  RETURN_IF_ERROR(reader.Finish());
  return options;
}

}  // namespace decant
