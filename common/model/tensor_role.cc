#include "common/model/tensor_role.h"

#include "absl/strings/string_view.h"

namespace decant {

absl::string_view TensorRoleName(TensorRole role) {
  switch (role) {
    case TensorRole::kEmbedding:
      return "embedding";
    case TensorRole::kHead:
      return "head";
    case TensorRole::kFinalNorm:
      return "final_norm";
    case TensorRole::kInputNorm:
      return "input_norm";
    case TensorRole::kPostAttentionNorm:
      return "post_attention_norm";
    case TensorRole::kQuery:
      return "query";
    case TensorRole::kKey:
      return "key";
    case TensorRole::kValue:
      return "value";
    case TensorRole::kAttentionOutput:
      return "attention_output";
    case TensorRole::kQueryNorm:
      return "query_norm";
    case TensorRole::kKeyNorm:
      return "key_norm";
    case TensorRole::kQueryBias:
      return "query_bias";
    case TensorRole::kKeyBias:
      return "key_bias";
    case TensorRole::kValueBias:
      return "value_bias";
    case TensorRole::kAttentionOutputBias:
      return "attention_output_bias";
    case TensorRole::kFfnGate:
      return "ffn_gate";
    case TensorRole::kFfnUp:
      return "ffn_up";
    case TensorRole::kFfnDown:
      return "ffn_down";
    case TensorRole::kRouter:
      return "router";
    case TensorRole::kExpertGate:
      return "expert_gate";
    case TensorRole::kExpertUp:
      return "expert_up";
    case TensorRole::kExpertDown:
      return "expert_down";
    case TensorRole::kExpertGateUpPacked:
      return "expert_gate_up_packed";
    case TensorRole::kExpertDownPacked:
      return "expert_down_packed";
    case TensorRole::kPassThrough:
      return "pass_through";
  }
  return "unknown";
}

absl::string_view ExpertKindName(ExpertKind kind) {
  switch (kind) {
    case ExpertKind::kGate:
      return "gate";
    case ExpertKind::kUp:
      return "up";
    case ExpertKind::kDown:
      return "down";
  }
  return "unknown";
}

TensorRole DenseFfnRole(ExpertKind kind) {
  switch (kind) {
    case ExpertKind::kGate:
      return TensorRole::kFfnGate;
    case ExpertKind::kUp:
      return TensorRole::kFfnUp;
    case ExpertKind::kDown:
      return TensorRole::kFfnDown;
  }
  return TensorRole::kPassThrough;
}

}  // namespace decant
