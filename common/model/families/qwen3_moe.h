// Qwen3-MoE (model_type "qwen3_moe"): Qwen3's attention, FFNs of routed
// experts in all or some layers, no shared expert. Checkpoints store experts
// one tensor each, or packed as transformers 5 holds them in memory.
#ifndef DECANT_COMMON_MODEL_FAMILIES_QWEN3_MOE_H_
#define DECANT_COMMON_MODEL_FAMILIES_QWEN3_MOE_H_

#include <vector>

#include "common/model/family.h"

namespace decant {

class Qwen3MoeFamily final : public Family {
 public:
  absl::string_view name() const override { return "qwen3_moe"; }
  absl::StatusOr<ModelConfig> ParseConfig(
      const Json& json, absl::string_view path) const override;
  std::vector<RoledTensor> ExpectedTensors(const ModelConfig& config,
                                           const HasTensor& has) const override;
  bool IsIgnored(absl::string_view tensor_name) const override;
  absl::StatusOr<ExpertStack> Experts(const ModelConfig& config,
                                      const HasTensor& has, int64_t layer,
                                      ExpertKind kind) const override;
};

}  // namespace decant

#endif  // DECANT_COMMON_MODEL_FAMILIES_QWEN3_MOE_H_
