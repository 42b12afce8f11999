// One kind of matrix of all experts of a layer, addressed alike whether a
// checkpoint stores a tensor per expert or one packed tensor for all.
#ifndef DECANT_COMMON_MODEL_EXPERT_STACK_H_
#define DECANT_COMMON_MODEL_EXPERT_STACK_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "common/base/json.h"
#include "common/tensor/checkpoint.h"

namespace decant {

// Shapes: E = num_experts, F = expert width, H = hidden size.
//
// Per expert  name_template "...experts.{e}.gate_proj.weight", row_stride 0.
// Packed      name_template without "{e}"; the tensor is seen as a matrix
//             [E * row_stride, num_columns]. gate_up [E, 2F, H]: row_stride
//             2F, gate first_row 0, up first_row F. down [E, H, F]: row_stride
//             H.
struct ExpertStack {
  std::string name_template;
  int64_t first_row = 0;
  int64_t row_stride = 0;
  int64_t num_rows = 0;     // Of one expert's matrix.
  int64_t num_columns = 0;  // Of one expert's matrix.
  int64_t num_experts = 0;

  // The rows that are expert `expert`'s matrix [num_rows, num_columns].
  // `expert` lies in [0, num_experts).
  TensorSlice Slice(int64_t expert) const;

  Json ToJson() const;
  // InvalidArgument: unknown or missing key, wrong type, a negative or zero
  // extent, or packed rows that overlap.
  static absl::StatusOr<ExpertStack> FromJson(const Json& json);

  friend bool operator==(const ExpertStack&, const ExpertStack&) = default;
};

}  // namespace decant

#endif  // DECANT_COMMON_MODEL_EXPERT_STACK_H_
