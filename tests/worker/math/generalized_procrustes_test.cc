#include "worker/math/generalized_procrustes.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/worker/math/random_matrix.h"

namespace decant {
namespace {

TEST(GeneralizedProcrustesTest, RotatedCopiesMeetInOneConsensus) {
  const at::Tensor original = RandomMatrix(12, 20, 1);
  std::vector<at::Tensor> copies;
  for (int64_t i = 0; i < 5; ++i) {
    // Near the identity, so that the plain mean points somewhere.
    const at::Tensor mixed =
        at::eye(20, at::kDouble) + 0.1 * RandomMatrix(20, 20, 10 + i);
    const auto [u, s, vh] = at::linalg_svd(mixed);
    copies.push_back(original.matmul(u.matmul(vh)).to(at::kFloat));
  }
  const Consensus got = AlignToConsensus(copies, AlignSide::kRight).value();
  const at::Tensor mean = got.mean.to(at::kDouble);

  EXPECT_LT(got.objective, 1e-6);
  EXPECT_LT(RelativeError(mean.matmul(mean.t()), original.matmul(original.t())),
            1e-4);
}

TEST(GeneralizedProcrustesTest, TheObjectiveNeverExceedsThatOfThePlainMean) {
  std::vector<at::Tensor> matrices;
  at::Tensor sum = at::zeros({10, 16}, at::kDouble);
  double energy = 0;
  for (int64_t i = 0; i < 4; ++i) {
    matrices.push_back(RandomMatrix(10, 16, i));
    sum += matrices.back();
    energy += std::pow(Norm(matrices.back()), 2);
  }
  const double plain = 1 - std::pow(Norm(sum / 4), 2) * 4 / energy;
  for (const AlignSide side : {AlignSide::kRight, AlignSide::kLeft}) {
    const Consensus got = AlignToConsensus(matrices, side).value();
    EXPECT_LT(got.objective, plain);
    EXPECT_GE(got.num_rounds, 2);
    EXPECT_LE(got.num_rounds, 20);
  }
}

TEST(GeneralizedProcrustesTest, OneMatrixIsItsOwnConsensus) {
  const at::Tensor one = RandomMatrix(6, 9, 1);
  const Consensus got = AlignToConsensus({one}, AlignSide::kRight).value();
  EXPECT_LT(RelativeError(got.mean, one), 1e-6);
  EXPECT_EQ(got.num_rounds, 1);
}

TEST(GeneralizedProcrustesTest, RefusesNothingMixedShapesAndOtherSides) {
  EXPECT_FALSE(AlignToConsensus({}, AlignSide::kRight).ok());
  EXPECT_FALSE(AlignToConsensus({at::ones({2, 3})}, AlignSide::kBoth).ok());
  EXPECT_FALSE(
      AlignToConsensus({at::ones({2, 3}), at::ones({3, 2})}, AlignSide::kRight)
          .ok());
}

}  // namespace
}  // namespace decant
