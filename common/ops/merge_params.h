// Op `merge`: one student tensor meets what the teacher offers for it.
//
//   W_p   sum of "partial.<i>" / blend_count, or SLERP(lo, hi, weight) cut to
//         rank `project_rank` and cropped; padded to the student's shape
//   A     align(W_p, W_s)
//   D     A - W_s; where the teacher covers nothing: -W_s (uncovered "zero")
//         or 0 ("keep-student")
//   D'    sparsify(D);  D_r = low rank of D' times alpha / rank
//   W'    round(W_s + strength D_r), once, to `dtype`
//
// inputs    "partial.<i>" (of project) when `blend_count` > 0; "student" when
//           the student tensor was made by an earlier step
// sources   teacher, student, as the references say
// outputs   "tensor": safetensors with the one tensor `name`
// summary   the statistics of docs/methods; docs/formats/unit.md lists them
#ifndef DECANT_COMMON_OPS_MERGE_PARAMS_H_
#define DECANT_COMMON_OPS_MERGE_PARAMS_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "common/base/json.h"
#include "common/ops/tensor_ref.h"
#include "common/tensor/dtype.h"

namespace decant {

inline constexpr char kMergeOp[] = "merge";
inline constexpr int64_t kMergeVersion = 1;

struct MergeParams {
  std::string name;  // Of the tensor; also names its random streams.
  TensorRef student;
  DType dtype = DType::kBF16;

  int64_t blend_count = 0;      // Experts in the partial sums; 0: none.
  int64_t num_partials = 0;     // Inputs "partial.0" ...
  int64_t covered_rows = 0;     // What the teacher covers of the student's
  int64_t covered_columns = 0;  // shape, from the top left.
  std::optional<TensorRef> teacher_lo;
  std::optional<TensorRef> teacher_hi;
  double weight = 0;
  int64_t project_rank = 0;  // Of teacher_lo/hi; 0: full.

  std::string uncovered = "zero";    // zero | keep-student
  std::string align_side = "right";  // right | left | both | none
  bool align_scaling = false;
  double drop = 0.8;
  std::string drop_method = "magnitude";  // magnitude | random
  std::string rescale = "l2";             // l2 | l1 | none | inverse
  int64_t lora_rank = 0;                  // 0: no factorisation.
  double lora_alpha = 0;
  double strength = 1;
  int64_t seed = 0;
  int64_t step = 0;

  Json ToJson() const;
  static absl::StatusOr<MergeParams> FromJson(const Json& json);
};

}  // namespace decant

#endif  // DECANT_COMMON_OPS_MERGE_PARAMS_H_
