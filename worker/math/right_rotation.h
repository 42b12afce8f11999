// The work of one-sided Procrustes: the best rotation of the input axis.
//
// Shapes: O x I = [out, in].
#ifndef DECANT_WORKER_MATH_RIGHT_ROTATION_H_
#define DECANT_WORKER_MATH_RIGHT_ROTATION_H_

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "absl/status/statusor.h"

namespace decant {

struct Rotated {
  at::Tensor rotated_OI;    // P R, fp64.
  int64_t rank = 0;         // Of M = P^T S.
  double nuclear_norm = 0;  // |M|_*
  bool is_completed = false;
};

// P R with R = polar(P^T S), for finite fp64 matrices of one shape. What
// happens to the free part of R, and the cost: see procrustes.h.
absl::StatusOr<Rotated> RotateRight(const at::Tensor& p_OI,
                                    const at::Tensor& s_OI);

}  // namespace decant

#endif  // DECANT_WORKER_MATH_RIGHT_ROTATION_H_
