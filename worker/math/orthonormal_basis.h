// Orthonormal columns spanning those of a tall matrix.
#ifndef DECANT_WORKER_MATH_ORTHONORMAL_BASIS_H_
#define DECANT_WORKER_MATH_ORTHONORMAL_BASIS_H_

#include <ATen/core/Tensor.h>

#include "absl/status/statusor.h"

namespace decant {

// Q [M, L] fp64 with Q^T Q = I to rounding and the column span of `y_ML`
// (M >= L). CholeskyQR2 in fp64, all GEMM; Householder QR when the columns are
// too dependent for it (deterministic completion of the span then).
// Source: Fukaya et al., "CholeskyQR2" (2014).
//
// InvalidArgument  not a matrix, or wider than tall.
absl::StatusOr<at::Tensor> OrthonormalBasis(const at::Tensor& y_ML);

}  // namespace decant

#endif  // DECANT_WORKER_MATH_ORTHONORMAL_BASIS_H_
