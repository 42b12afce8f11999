#include "worker/math/inner_product.h"

#include <gtest/gtest.h>

#include "tests/worker/math/random_matrix.h"

namespace decant {
namespace {

TEST(InnerProductTest, EqualsFp64SumsForEveryDtypeAndLayout) {
  const at::Tensor a = RandomMatrix(300, 700, 1);
  const at::Tensor b = RandomMatrix(300, 700, 2);
  for (const at::ScalarType type : {at::kDouble, at::kFloat, at::kBFloat16}) {
    for (const bool transposed : {false, true}) {
      const at::Tensor x = transposed ? a.to(type).t() : a.to(type);
      const at::Tensor y = transposed ? b.to(type).t() : b.to(type);
      const at::Tensor x64 = x.to(at::kDouble), y64 = y.to(at::kDouble);
      const PairMoments got = ComputePairMoments(x, y).value();

      EXPECT_NEAR(got.aa, (x64 * x64).sum().item<double>(), 1e-8);
      EXPECT_NEAR(got.ab, (x64 * y64).sum().item<double>(), 1e-8);
      EXPECT_NEAR(got.bb, (y64 * y64).sum().item<double>(), 1e-8);
      EXPECT_NEAR(SquaredNorm(x).value(), got.aa, 1e-8);
      EXPECT_NEAR(FrobeniusNorm(x).value(), Norm(x), 1e-9);
      EXPECT_NEAR(Distance(x, y).value(), Norm(x64 - y64), 1e-9);
    }
  }
}

TEST(InnerProductTest, DoesNotDependOnTheNumberOfThreads) {
  const at::Tensor x = RandomMatrix(1'000, 500, 3).to(at::kFloat);
  const int threads = at::get_num_threads();
  at::set_num_threads(1);
  const double one = SquaredNorm(x).value();
  at::set_num_threads(4);
  const double four = SquaredNorm(x).value();
  at::set_num_threads(threads);
  EXPECT_EQ(one, four);
}

TEST(InnerProductTest, CosineOfAZeroTensorIsZero) {
  const at::Tensor x = RandomMatrix(2, 3, 1);
  EXPECT_EQ(ComputePairMoments(x, at::zeros_like(x)).value().Cosine(), 0);
  EXPECT_NEAR(ComputePairMoments(x, -2 * x).value().Cosine(), -1, 1e-15);
}

TEST(InnerProductTest, RefusesOtherSizesAndIntegers) {
  EXPECT_FALSE(ComputePairMoments(at::zeros({3}), at::zeros({4})).ok());
  EXPECT_FALSE(SquaredNorm(at::zeros({3}, at::kLong)).ok());
}

}  // namespace
}  // namespace decant
