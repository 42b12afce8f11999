// Reproducible matrices for the tests of this folder.
#ifndef DECANT_TESTS_WORKER_MATH_RANDOM_MATRIX_H_
#define DECANT_TESTS_WORKER_MATH_RANDOM_MATRIX_H_

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include "worker/math/philox.h"
#include "worker/math/philox_tensor.h"

namespace decant {

// Standard normal, fp64 values exact in fp32.
inline at::Tensor RandomMatrix(int64_t rows, int64_t columns, int64_t seed) {
  return PhiloxNormalMatrix(SeedKey(seed, "test", 0, "matrix"), rows, columns,
                            at::kCPU)
      .value()
      .to(at::kDouble);
}

// Orthogonal [size, size], or orthonormal columns [size, columns].
inline at::Tensor RandomRotation(int64_t size, int64_t columns, int64_t seed) {
  return std::get<0>(at::linalg_qr(RandomMatrix(size, columns, seed)));
}

inline double Norm(const at::Tensor& x) {
  return x.to(at::kDouble).norm().item<double>();
}

inline double RelativeError(const at::Tensor& got, const at::Tensor& want) {
  return Norm(got.to(at::kDouble) - want.to(at::kDouble)) / Norm(want);
}

}  // namespace decant

#endif  // DECANT_TESTS_WORKER_MATH_RANDOM_MATRIX_H_
