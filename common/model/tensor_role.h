// What a tensor does in a model, whatever its family calls it on disk.
#ifndef DECANT_COMMON_MODEL_TENSOR_ROLE_H_
#define DECANT_COMMON_MODEL_TENSOR_ROLE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/tensor/dtype.h"

namespace decant {

enum class TensorRole {
  kEmbedding,
  kHead,
  kFinalNorm,
  kInputNorm,
  kPostAttentionNorm,
  kQuery,
  kKey,
  kValue,
  kAttentionOutput,
  kQueryNorm,
  kKeyNorm,
  kQueryBias,
  kKeyBias,
  kValueBias,
  kAttentionOutputBias,
  kFfnGate,
  kFfnUp,
  kFfnDown,
  kRouter,
  kExpertGate,
  kExpertUp,
  kExpertDown,
  kExpertGateUpPacked,  // [E, 2F, H]: per expert F gate rows, then F up rows.
  kExpertDownPacked,    // [E, H, F].
  kPassThrough,         // Known, carried along unread.
};

// "embedding", "query", "expert_gate_up_packed", ...
absl::string_view TensorRoleName(TensorRole role);

// The matrices of one SwiGLU expert: y = down (silu(gate x) * (up x)).
enum class ExpertKind { kGate, kUp, kDown };

inline constexpr ExpertKind kExpertKinds[] = {
    ExpertKind::kGate, ExpertKind::kUp, ExpertKind::kDown};

// "gate", "up", "down".
absl::string_view ExpertKindName(ExpertKind kind);

// The role of the dense FFN matrix that corresponds to `kind`.
TensorRole DenseFfnRole(ExpertKind kind);

struct RoledTensor {
  std::string name;  // As in the file.
  TensorRole role = TensorRole::kPassThrough;
  int64_t layer = -1;   // -1: belongs to no layer.
  int64_t expert = -1;  // -1: no expert, or a packed stack of all of them.
  std::vector<int64_t> shape;
  // Of the file once a model is open; before that, the config's.
  DType dtype = DType::kF32;
};

}  // namespace decant

#endif  // DECANT_COMMON_MODEL_TENSOR_ROLE_H_
