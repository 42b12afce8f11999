// The options of method `moe-to-dense`, their ranges and both presets.
// docs/methods/moe-to-dense.md explains each.
#ifndef DECANT_COORDINATOR_PLAN_METHODS_MOE_TO_DENSE_OPTIONS_H_
#define DECANT_COORDINATOR_PLAN_METHODS_MOE_TO_DENSE_OPTIONS_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "common/base/json.h"
#include "common/model/layer_map.h"
#include "common/recipe/recipe.h"

namespace decant {

struct MoeToDenseOptions {
  LayerMapOptions layers{.kind = LayerMapKind::kSigmoid, .steepness = 1 / 0.15};
  std::string select = "nearest-centroid";  // nearest-centroid | all
  int64_t count = 0;  // 0: not given; 64, or all where there are fewer.
  std::string pair = "index";        // How experts of lo and hi meet.
  int64_t project_rank = 0;          // 0: full.
  std::string rank_cap = "none";     // none | student
  std::string uncovered = "zero";    // zero | keep-student
  std::string align_side = "right";  // right | left | both | none
  bool align_scaling = false;
  double drop = 0.8;
  std::string drop_method = "magnitude";  // magnitude | random
  std::string rescale = "l2";             // l2 | l1 | none | inverse
  int64_t lora_rank = 0;                  // 0: no factorisation.
  double lora_alpha = 0;
  double strength = 1;
  std::string attention = "project";  // project | keep
  std::string embeddings = "keep";    // keep | distill

  // Canonical: every option, defaults filled in.
  Json ToJson() const;
};

// InvalidArgument "<file>:<line>:<column>: <reason>".
absl::StatusOr<MoeToDenseOptions> ParseMoeToDenseOptions(
    const RecipeStep& step);

}  // namespace decant

#endif  // DECANT_COORDINATOR_PLAN_METHODS_MOE_TO_DENSE_OPTIONS_H_
