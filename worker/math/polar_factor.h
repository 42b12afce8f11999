// The orthogonal polar factor of a square matrix.
//
// Shapes: B x B = the matrix.
#ifndef DECANT_WORKER_MATH_POLAR_FACTOR_H_
#define DECANT_WORKER_MATH_POLAR_FACTOR_H_

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>

#include "absl/status/statusor.h"

namespace decant {

// U V^T of C = U S V^T, restricted to singular values above 1e-10 of the
// largest.
struct PolarFactor {
  at::Tensor factor_BB;     // fp64. Orthogonal when rank = B, else a partial
                            // isometry of that rank.
  int64_t rank = 0;         // Singular values above the cut.
  double nuclear_norm = 0;  // Sum of the singular values above the cut.
};

// By Newton on a device and for large matrices on the host, where the full
// rank is certain; else by the SVD.
//
// InvalidArgument  not a square matrix, or NaN or Inf in it.
absl::StatusOr<PolarFactor> ComputePolarFactor(const at::Tensor& c_BB);

// The same through the SVD always.
absl::StatusOr<PolarFactor> PolarFactorBySvd(const at::Tensor& c_BB);

// The same by the scaled Newton iteration in fp64: inverses and GEMMs, about 9
// rounds. Nothing when the rank might be below B (condition above 1e10).
// Source: Higham, "Functions of Matrices" (2008), section 8.6.
absl::StatusOr<std::optional<PolarFactor>> PolarFactorByNewton(
    const at::Tensor& c_BB);

}  // namespace decant

#endif  // DECANT_WORKER_MATH_POLAR_FACTOR_H_
