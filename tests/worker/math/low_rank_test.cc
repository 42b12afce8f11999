#include "worker/math/low_rank.h"

#include <gtest/gtest.h>

#include "tests/worker/math/random_matrix.h"

namespace decant {
namespace {

TEST(LowRankTest, TheProductIsTheBestApproximationAndTheFactorsAreBalanced) {
  const at::Tensor delta = RandomMatrix(40, 24, 1);
  const auto [u, s, vh] = at::linalg_svd(delta, false);
  const at::Tensor best =
      (u.narrow(1, 0, 9) * s.narrow(0, 0, 9)).matmul(vh.narrow(0, 0, 9));

  const LoraFactors got = FactorLowRank(delta, 9, {}).value();

  EXPECT_FALSE(got.is_exact);
  EXPECT_LT(RelativeError(got.up_OR.matmul(got.down_RI), best), 1e-6);
  EXPECT_LT(RelativeError(got.up_OR.norm(2, 0), s.narrow(0, 0, 9).sqrt()),
            1e-6);
  EXPECT_LT(RelativeError(got.down_RI.norm(2, 1), s.narrow(0, 0, 9).sqrt()),
            1e-6);
}

TEST(LowRankTest, TheLargestEntryOfEachColumnIsPositive) {
  const LoraFactors got =
      FactorLowRank(RandomMatrix(40, 60, 2), 15, {}).value();
  EXPECT_TRUE(got.up_OR.amax(0).equal(got.up_OR.abs().amax(0)));
}

TEST(LowRankTest, FullRankNeedsNoSvdAndLosesNoBit) {
  for (const auto& [rows, columns] :
       {std::pair<int64_t, int64_t>{5, 8}, {8, 5}, {6, 6}}) {
    const at::Tensor delta = RandomMatrix(rows, columns, 3).to(at::kFloat);
    const LoraFactors got = FactorLowRank(delta, 64, {}).value();
    EXPECT_TRUE(got.is_exact);
    EXPECT_EQ(got.up_OR.size(1), std::min(rows, columns));
    EXPECT_TRUE(got.up_OR.matmul(got.down_RI).equal(delta));
    EXPECT_TRUE(DeltaFromLora(got, 64, 64)->equal(delta));
    EXPECT_TRUE(DeltaFromLora(got, 32, 64)->equal(delta * 0.5));
  }
}

TEST(LowRankTest, TheScaleIsAppliedOnceWithTheRankAskedFor) {
  const at::Tensor delta = RandomMatrix(20, 30, 4);
  const LoraFactors factors = FactorLowRank(delta, 5, {}).value();
  const at::Tensor product = factors.up_OR.matmul(factors.down_RI);
  EXPECT_LT(RelativeError(DeltaFromLora(factors, 15, 5).value(), 3 * product),
            1e-7);
}

TEST(LowRankTest, AZeroChangeGivesZeroFactors) {
  const LoraFactors got = FactorLowRank(at::zeros({6, 7}), 2, {}).value();
  EXPECT_EQ(Norm(got.up_OR) + Norm(got.down_RI), 0);
  EXPECT_FALSE(FactorLowRank(at::zeros({6, 7}), 0, {}).ok());
}

}  // namespace
}  // namespace decant
