#include "worker/math/best_rank.h"

#include <gtest/gtest.h>

#include "tests/worker/math/random_matrix.h"

namespace decant {
namespace {

at::Tensor Decaying() {
  const at::Tensor s = at::exp(-at::arange(160, at::kDouble) / 5);
  return (RandomRotation(160, 160, 1) * s)
      .matmul(RandomRotation(200, 160, 2).t());
}

TEST(BestRankTest, SketchesSmallRanksOfDecayingSpectra) {
  EXPECT_TRUE(BestRank(Decaying(), 10, {1, 2})->is_randomized);
}

TEST(BestRankTest, TakesTheExactWayForHighRanksSmallAndFlatMatrices) {
  EXPECT_FALSE(BestRank(Decaying(), 40, {1, 2})->is_randomized);
  EXPECT_FALSE(BestRank(RandomMatrix(100, 100, 1), 4, {1, 2})->is_randomized);
  // A random matrix: the sketch is several times 1.001 off the optimum.
  EXPECT_FALSE(BestRank(RandomMatrix(160, 200, 1), 30, {1, 2})->is_randomized);
}

TEST(BestRankTest, TheErrorIsWithinTheToleranceOfTheOptimum) {
  for (const at::Tensor& w : {Decaying(), RandomMatrix(160, 200, 1)}) {
    const at::Tensor s = at::linalg_svdvals(w);
    for (const int64_t k : {5, 20, 39, 100}) {
      const double error = Norm(BestRank(w, k, {7, 8})->Product(160, 200) - w);
      EXPECT_LE(error, 1.001 * Norm(s.narrow(0, k, 160 - k)) + 1e-7 * Norm(w));
    }
  }
}

}  // namespace
}  // namespace decant
