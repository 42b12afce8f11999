// The last step of a weight transfer: the change meets the student, and one
// rounding ends it (docs/methods).
#ifndef DECANT_WORKER_MATH_MERGE_TENSOR_H_
#define DECANT_WORKER_MATH_MERGE_TENSOR_H_

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>

#include "absl/status/statusor.h"

namespace decant {

// What the rounding left of the change. Norms in fp64.
struct MergeStatistics {
  int64_t num_elements = 0;
  // Stored elements whose bits differ from the student's (rounded to the
  // output dtype). Rounding swallows changes below half an ulp.
  int64_t num_changed = 0;
  double student_norm = 0;  // |W_s|
  double change_norm = 0;   // |W' - W_s|, after rounding.
  // Flat index of the first NaN or Inf in W'. A caller must not store W' then.
  std::optional<int64_t> first_non_finite;

  double ChangedFraction() const;
  // |W' - W_s| / |W_s|; 0 when both are 0.
  double RelativeChange() const;
};

struct MergedTensor {
  at::Tensor merged;  // In the output dtype, shape of the student, contiguous.
  MergeStatistics statistics;
};

// W' = round(W_s + factor * D) to `dtype`: product and sum in fp32, each
// rounded to nearest even, then one rounding to `dtype`. `factor` = strength,
// or strength * alpha / rank when D is not yet scaled. Where the product is 0
// the student's bits stay, -0 included.
//
// `student` fp32, bf16 or fp16; `dtype` likewise; `delta` any floating dtype,
// read as fp32.
//
// InvalidArgument  another dtype, or shapes or devices differ.
absl::StatusOr<MergedTensor> MergeTensor(const at::Tensor& student,
                                         const at::Tensor& delta, double factor,
                                         at::ScalarType dtype);

// Flat index of the first NaN or Inf, if any. InvalidArgument: not floating.
absl::StatusOr<std::optional<int64_t>> FindNonFinite(const at::Tensor& x);

}  // namespace decant

#endif  // DECANT_WORKER_MATH_MERGE_TENSOR_H_
