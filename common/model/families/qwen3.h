// Qwen3 dense (model_type "qwen3"): GQA with per-head query and key norms,
// SwiGLU FFN.
#ifndef DECANT_COMMON_MODEL_FAMILIES_QWEN3_H_
#define DECANT_COMMON_MODEL_FAMILIES_QWEN3_H_

#include <vector>

#include "common/model/family.h"

namespace decant {

class Qwen3Family final : public Family {
 public:
  absl::string_view name() const override { return "qwen3"; }
  absl::StatusOr<ModelConfig> ParseConfig(
      const Json& json, absl::string_view path) const override;
  std::vector<RoledTensor> ExpectedTensors(const ModelConfig& config,
                                           const HasTensor& has) const override;
  bool IsIgnored(absl::string_view tensor_name) const override;
  // Always InvalidArgument: there are none.
  absl::StatusOr<ExpertStack> Experts(const ModelConfig& config,
                                      const HasTensor& has, int64_t layer,
                                      ExpertKind kind) const override;
};

}  // namespace decant

#endif  // DECANT_COMMON_MODEL_FAMILIES_QWEN3_H_
