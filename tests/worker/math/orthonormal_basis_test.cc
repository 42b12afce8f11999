#include "worker/math/orthonormal_basis.h"

#include <gtest/gtest.h>

#include "tests/worker/math/random_matrix.h"

namespace decant {
namespace {

double OrthonormalityError(const at::Tensor& q) {
  return (q.t().matmul(q) - at::eye(q.size(1), at::kDouble))
      .abs()
      .max()
      .item<double>();
}

TEST(OrthonormalBasisTest, SpansTheColumnsOfAWellConditionedMatrix) {
  const at::Tensor y = RandomMatrix(200, 30, 1);
  const at::Tensor q = OrthonormalBasis(y).value();
  EXPECT_LT(OrthonormalityError(q), 1e-13);
  EXPECT_LT(RelativeError(q.matmul(q.t().matmul(y)), y), 1e-13);
}

TEST(OrthonormalBasisTest, FallsBackForDependentColumns) {
  const at::Tensor y = RandomMatrix(100, 5, 1).matmul(RandomMatrix(5, 20, 2));
  const at::Tensor q = OrthonormalBasis(y).value();
  EXPECT_LT(OrthonormalityError(q), 1e-13);
  EXPECT_LT(RelativeError(q.matmul(q.t().matmul(y)), y), 1e-12);
  EXPECT_LT(OrthonormalityError(OrthonormalBasis(0 * y).value()), 1e-13);
}

TEST(OrthonormalBasisTest, RefusesAWideMatrix) {
  EXPECT_FALSE(OrthonormalBasis(at::zeros({3, 4})).ok());
}

}  // namespace
}  // namespace decant
