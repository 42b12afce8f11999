#include "worker/math/slerp.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/worker/math/random_matrix.h"

namespace decant {
namespace {

// The formula of docs/methods, in fp64.
at::Tensor NaiveSlerp(const at::Tensor& a, const at::Tensor& b, double w) {
  const double na = Norm(a), nb = Norm(b);
  const double angle = std::acos((a * b).sum().item<double>() / (na * nb));
  const at::Tensor direction =
      (std::sin((1 - w) * angle) * a / na + std::sin(w * angle) * b / nb) /
      std::sin(angle);
  return direction * ((1 - w) * na + w * nb);
}

TEST(SlerpTest, EqualsTheNaiveFormula) {
  const at::Tensor a = RandomMatrix(40, 70, 1);
  const at::Tensor b = 3 * RandomMatrix(40, 70, 2) + a;
  for (const double w : {0.2, 0.5, 0.9}) {
    const at::Tensor got = Slerp(a.to(at::kFloat), b.to(at::kFloat), w).value();
    EXPECT_EQ(got.scalar_type(), at::kFloat);
    EXPECT_LT(RelativeError(got, NaiveSlerp(a, b, w)), 2e-7);
  }
}

TEST(SlerpTest, TheEndsAreTheTensorsThemselves) {
  const at::Tensor a = RandomMatrix(3, 4, 1).to(at::kBFloat16);
  const at::Tensor b = RandomMatrix(3, 4, 2).to(at::kBFloat16);
  EXPECT_TRUE(Slerp(a, b, 0).value().is_same(a));
  EXPECT_TRUE(Slerp(a, b, 1).value().is_same(b));
}

TEST(SlerpTest, RefusesShapesAndAntipodes) {
  const at::Tensor a = RandomMatrix(3, 4, 1);
  EXPECT_EQ(Slerp(a, RandomMatrix(4, 3, 1), 0.5).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Slerp(a, -2 * a, 0.5).status().code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace decant
