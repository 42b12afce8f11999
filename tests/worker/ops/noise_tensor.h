// Reproducible tensors for the tests of ops.
#ifndef DECANT_TESTS_WORKER_OPS_NOISE_TENSOR_H_
#define DECANT_TESTS_WORKER_OPS_NOISE_TENSOR_H_

#include <ATen/core/Tensor.h>
#include <ATen/ops/arange.h>

#include <cstdint>

#include "worker/math/philox.h"
#include "worker/math/philox_tensor.h"

namespace decant {

// Standard normal, fp32.
inline at::Tensor Noise(int64_t rows, int64_t columns, int64_t seed) {
  return PhiloxNormalMatrix(SeedKey(seed, "test", 0, "noise"), rows, columns,
                            at::kCPU)
      .value();
}

// Multiples of 1/8 in [-9/8, 9/8]: exact in every dtype, and so are sums of
// their products. Bits of results do not depend on the order of additions.
inline at::Tensor Pattern(int64_t rows, int64_t columns, int64_t salt) {
  return at::arange(rows * columns, at::kLong)
      .mul(37)
      .add(salt * 11)
      .remainder(19)
      .sub(9)
      .to(at::kFloat)
      .div(8)
      .reshape({rows, columns});
}

// max |got - want| / rms(want), in fp64.
inline double WorstError(const at::Tensor& got, const at::Tensor& want) {
  const at::Tensor wanted = want.to(at::kDouble);
  const double rms = wanted.square().mean().sqrt().item<double>();
  return got.to(at::kDouble).sub(wanted).abs().max().item<double>() / rms;
}

}  // namespace decant

#endif  // DECANT_TESTS_WORKER_OPS_NOISE_TENSOR_H_
