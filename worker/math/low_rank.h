// LoRA factors of a weight change (docs/methods).
//
// Shapes: O x I = the change [out, in], R = stored rank.
#ifndef DECANT_WORKER_MATH_LOW_RANK_H_
#define DECANT_WORKER_MATH_LOW_RANK_H_

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "absl/status/statusor.h"
#include "worker/math/philox.h"

namespace decant {

struct LoraFactors {
  at::Tensor up_OR;        // B = U S^1/2, fp32.
  at::Tensor down_RI;      // A = S^1/2 V^T, fp32.
  double energy_kept = 1;  // |B A|^2 / |D|^2.
  // The rank asked for reached min(O, I) =: R. No SVD was run: one factor is
  // the identity and the other the change itself, so B A = D to the last bit.
  bool is_exact = false;
};

// True when `rank` cannot lose anything of an O x I change: the caller may
// merge the change as it is and skip the factors.
bool IsFullRank(int64_t rank, int64_t rows, int64_t columns);

// The best factors of rank `rank` for `delta_OI`. Signs: in each column of U
// the entry of largest magnitude (the first of equals) is positive. `key`
// seeds the sketch of small ranks.
//
// InvalidArgument  not a floating matrix, rank < 1, NaN or Inf.
absl::StatusOr<LoraFactors> FactorLowRank(const at::Tensor& delta_OI,
                                          int64_t rank, PhiloxKey key);

// (alpha / rank) B A, fp32. `rank` is the rank *asked for*, also when the
// factors are exact and narrower; the scale is applied here and nowhere else,
// so a merge must not scale again. InvalidArgument: rank < 1.
absl::StatusOr<at::Tensor> DeltaFromLora(const LoraFactors& factors,
                                         double alpha, int64_t rank);

}  // namespace decant

#endif  // DECANT_WORKER_MATH_LOW_RANK_H_
