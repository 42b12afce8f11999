// Op `project`: partial sum of the projected experts of one kind.
//
// inputs    "selection" (of select) when `use_selection`; else every expert is
//           taken in index order
// sources   the teacher
// outputs   "partial": safetensors with F64 "sum" [min(out_T, out_S),
//           min(in_T, in_S)] = sum over positions [position_begin,
//           position_end) of the selected experts, in that order, of
//           crop(best rank-k of the virtual expert). With k >= min(out_T,
//           in_T) the projection is linear and only the crop remains.
// summary   num_experts, energy_kept (mean over experts; 1 when linear)
#ifndef DECANT_COMMON_OPS_PROJECT_PARAMS_H_
#define DECANT_COMMON_OPS_PROJECT_PARAMS_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "common/base/json.h"
#include "common/ops/virtual_stack.h"

namespace decant {

inline constexpr char kProjectOp[] = "project";
inline constexpr int64_t kProjectVersion = 1;

struct ProjectParams {
  VirtualStack experts;
  bool use_selection = false;
  int64_t position_begin = 0;
  int64_t position_end = 0;
  int64_t rank = 0;  // k, capped already; 0 = full rank.
  int64_t out_rows = 0;
  int64_t out_columns = 0;
  // Stream of the randomised SVD (docs/methods, purpose "sketch").
  int64_t seed = 0;
  int64_t step = 0;
  std::string name;  // Of the student tensor the sum is for.

  Json ToJson() const;
  static absl::StatusOr<ProjectParams> FromJson(const Json& json);
};

}  // namespace decant

#endif  // DECANT_COMMON_OPS_PROJECT_PARAMS_H_
