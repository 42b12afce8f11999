// The leading part of a singular value decomposition, and its exact
// computation (docs/methods).
//
// Shapes: M x N = the matrix, K = rank kept.
#ifndef DECANT_WORKER_MATH_TRUNCATED_SVD_H_
#define DECANT_WORKER_MATH_TRUNCATED_SVD_H_

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "absl/status/statusor.h"

namespace decant {

// W ~ left diag(singular_values) right. fp32 (fp64 for an fp64 matrix) on the
// matrix's device; singular values fp64, descending. Where a singular value is
// 0 its row of `right` is 0.
struct TruncatedSvd {
  at::Tensor left_MK;
  at::Tensor singular_values_K;
  at::Tensor right_KN;
  // sum of the kept s^2 over |W|^2; 1 for a zero matrix.
  double energy_kept = 1;
  bool is_randomized = false;

  // left diag(singular_values), restricted to `rows` x `columns` at the top
  // left of the product: what a crop needs, at a fraction of the work.
  at::Tensor Product(int64_t rows, int64_t columns) const;
};

// The best rank-`rank` approximation in the Frobenius norm, from the
// eigenvectors of the smaller of W W^T and W^T W in fp64: several times
// cheaper than an SVD. The Gram squares the spectrum, so parts below 1e-8 |W|
// (less than fp32 resolves) are noise: errors and singular values down there
// are not accurate, even for an fp64 matrix.
//
// InvalidArgument  not a floating matrix with entries, NaN or Inf in it, or
//                  rank outside [1, min(M, N)].
absl::StatusOr<TruncatedSvd> ExactTruncatedSvd(const at::Tensor& w_MN,
                                               int64_t rank);

// What both ways check first.
absl::Status CheckTruncation(const at::Tensor& w_MN, int64_t rank);

// The decomposition of basis basis^T W, truncated, for orthonormal columns
// `basis_ML` (in the dtype of W). `total_energy` = |W|^2.
TruncatedSvd TruncatedSvdInBasis(const at::Tensor& w_MN,
                                 const at::Tensor& basis_ML, int64_t rank,
                                 double total_energy);

// The decomposition of the transposed matrix.
TruncatedSvd Transposed(const TruncatedSvd& svd);

}  // namespace decant

#endif  // DECANT_WORKER_MATH_TRUNCATED_SVD_H_
