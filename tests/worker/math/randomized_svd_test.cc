#include "worker/math/randomized_svd.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/worker/math/random_matrix.h"

namespace decant {
namespace {

// A matrix with given singular values.
at::Tensor WithSpectrum(const at::Tensor& s, int64_t columns) {
  const int64_t rows = s.numel();
  return (RandomRotation(rows, rows, 1) * s)
      .matmul(RandomRotation(columns, rows, 2).t());
}

double OptimalError(const at::Tensor& w, int64_t k) {
  const at::Tensor s = at::linalg_svdvals(w);
  return Norm(s.narrow(0, k, s.numel() - k));
}

TEST(RandomizedSvdTest, IsNearlyOptimalForADecayingSpectrum) {
  const at::Tensor w =
      WithSpectrum(at::exp(-at::arange(200, at::kDouble) / 8), 320);
  for (const bool tall : {false, true}) {
    const at::Tensor x = (tall ? w.t() : w).to(at::kFloat);
    const RandomizedSvd got = ComputeRandomizedSvd(x, 20, {1, 2}).value();
    const at::Tensor product = got.svd.Product(x.size(0), x.size(1));
    const double error = Norm(product.to(at::kDouble) - x.to(at::kDouble));
    EXPECT_LT(error, 1.0001 * OptimalError(w, 20));
    EXPECT_LT(got.excess_error, 1e-3);
    EXPECT_TRUE(got.svd.is_randomized);
  }
}

TEST(RandomizedSvdTest, NeverClaimsLessErrorThanItHas) {
  const at::Tensor i = at::arange(1, 121, at::kDouble);
  const std::pair<std::string, at::Tensor> spectra[] = {
      {"flat", at::ones(120, at::kDouble)},
      {"power .25", i.pow(-0.25)},
      {"power .5", i.pow(-0.5)},
      {"power 1", i.pow(-1)},
      {"power 2", i.pow(-2)},
      {"exponential", at::exp(-i / 60)},
      {"step", at::where(i.le(20), 1.0, 0.3).to(at::kDouble)},
      {"Gaussian", at::linalg_svdvals(RandomMatrix(120, 200, 3))},
  };
  for (const auto& [name, s] : spectra) {
    for (const int64_t k : {5, 25}) {
      const at::Tensor w = WithSpectrum(s, 200);
      const RandomizedSvd got = ComputeRandomizedSvd(w, k, {3, 4}).value();
      const double error = Norm(got.svd.Product(120, 200) - w);
      EXPECT_LE(error / OptimalError(w, k) - 1, got.excess_error + 1e-9)
          << name << " at rank " << k;
    }
  }
}

TEST(RandomizedSvdTest, TheKeyDecidesTheSketch) {
  const at::Tensor w = RandomMatrix(100, 120, 1);
  const auto left = [&](PhiloxKey key) {
    return ComputeRandomizedSvd(w, 8, key)->svd.left_MK;
  };
  EXPECT_TRUE(left({1, 1}).equal(left({1, 1})));
  EXPECT_FALSE(left({1, 1}).equal(left({1, 2})));
}

TEST(RandomizedSvdTest, RefusesARankWithoutRoomForTheSketch) {
  EXPECT_FALSE(ComputeRandomizedSvd(RandomMatrix(20, 30, 1), 5, {}).ok());
}

}  // namespace
}  // namespace decant
