#include "worker/math/polar_factor.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/worker/math/random_matrix.h"

namespace decant {
namespace {

// C with singular values falling from 1 to 10^-decades.
at::Tensor WithCondition(int64_t size, double decades) {
  const at::Tensor s =
      at::pow(10.0, -at::linspace(0, decades, size, at::kDouble));
  return (RandomRotation(size, size, 1) * s)
      .matmul(RandomRotation(size, size, 2).t());
}

TEST(PolarFactorTest, EqualsTheSvdForWellAndBadlyConditionedMatrices) {
  for (const double decades : {0.0, 1.0, 4.0, 7.0, 9.0}) {
    const at::Tensor c = WithCondition(60, decades);
    const auto [u, s, vh] = at::linalg_svd(c);
    const PolarFactor got = PolarFactorByNewton(c).value().value();
    const PolarFactor chosen = ComputePolarFactor(c).value();

    EXPECT_NEAR(chosen.nuclear_norm, got.nuclear_norm, 1e-10);
    EXPECT_EQ(chosen.rank, 60);
    EXPECT_EQ(got.rank, 60) << decades;
    EXPECT_NEAR(got.nuclear_norm, s.sum().item<double>(), 1e-10);
    // The factor's own sensitivity is the inverse of the smallest value.
    EXPECT_LT(RelativeError(got.factor_BB, u.matmul(vh)),
              1e-13 * std::pow(10, decades) + 1e-12)
        << decades;
    const at::Tensor gram = got.factor_BB.t().matmul(got.factor_BB);
    EXPECT_LT(Norm(gram - at::eye(60, at::kDouble)), 1e-10);
  }
}

TEST(PolarFactorTest, BelowTheCutItIsAPartialIsometry) {
  const at::Tensor c = RandomMatrix(30, 12, 1).matmul(RandomMatrix(12, 30, 2));
  const PolarFactor got = ComputePolarFactor(c).value();
  EXPECT_FALSE(PolarFactorByNewton(c)->has_value());
  EXPECT_EQ(got.rank, 12);
  EXPECT_NEAR(Norm(got.factor_BB), std::sqrt(12.0), 1e-10);
  EXPECT_NEAR((got.factor_BB * c).sum().item<double>(), got.nuclear_norm, 1e-9);
}

TEST(PolarFactorTest, OfAZeroMatrixIsZero) {
  const PolarFactor got = ComputePolarFactor(at::zeros({4, 4})).value();
  EXPECT_EQ(got.rank, 0);
  EXPECT_EQ(Norm(got.factor_BB), 0);
}

TEST(PolarFactorTest, RefusesOtherShapesAndNaN) {
  at::Tensor c = RandomMatrix(3, 3, 1);
  c[0][0] = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(ComputePolarFactor(c).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_FALSE(ComputePolarFactor(at::zeros({3, 4})).ok());
  EXPECT_FALSE(PolarFactorBySvd(at::zeros({3, 4})).ok());
}

}  // namespace
}  // namespace decant
