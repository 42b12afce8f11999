#include "worker/math/gram_accumulator.h"

#include <gtest/gtest.h>

#include "tests/worker/math/random_matrix.h"

namespace decant {
namespace {

TEST(GramAccumulatorTest, BlocksAddUpToTheGramOfTheWhole) {
  const at::Tensor x = RandomMatrix(12, 5'000, 1).to(at::kBFloat16);
  GramAccumulator gram(12);
  ASSERT_TRUE(gram.Add(x.narrow(1, 0, 1'234)).ok());
  ASSERT_TRUE(gram.Add(x.narrow(1, 1'234, 3'766)).ok());
  const at::Tensor x64 = x.to(at::kDouble);

  EXPECT_LT(RelativeError(gram.Sum().value(), x64.matmul(x64.t())), 1e-14);
}

TEST(GramAccumulatorTest, RowsApartEqualTheStackedBlock) {
  // More columns than one piece, so that the pieces are met too.
  const at::Tensor x = RandomMatrix(1'500, 3'000, 2).to(at::kFloat);
  std::vector<at::Tensor> rows;
  for (int64_t i = 0; i < 1'500; ++i) rows.push_back(x[i].view({50, 60}));
  GramAccumulator stacked(1'500), apart(1'500);
  ASSERT_TRUE(stacked.Add(x).ok());
  ASSERT_TRUE(apart.AddRows(rows).ok());
  const at::Tensor x64 = x.to(at::kDouble);

  EXPECT_TRUE(stacked.Sum()->equal(apart.Sum().value()));
  EXPECT_LT(RelativeError(apart.Sum().value(), x64.matmul(x64.t())), 1e-14);
}

TEST(GramAccumulatorTest, CrossGramIsATimesBTransposed) {
  const at::Tensor a = RandomMatrix(7, 300, 1);
  const at::Tensor b = RandomMatrix(7, 300, 2);
  GramAccumulator cross(7);
  ASSERT_TRUE(cross.AddCross(a, b).ok());
  EXPECT_LT(RelativeError(cross.Sum().value(), a.matmul(b.t())), 1e-14);
}

// d_i^2 = G_ii - 2/E sum_j G_ij + 1/E^2 sum G.
at::Tensor SquaredDistances(const at::Tensor& gram) {
  return gram.diagonal() - 2 * gram.mean(1) + gram.mean();
}

TEST(GramAccumulatorTest, DistancesSurviveALargeCommonPart) {
  const at::Tensor own = 0.01 * RandomMatrix(16, 4'000, 1);
  const at::Tensor x = (100 * RandomMatrix(1, 4'000, 2) + own).to(at::kFloat);
  GramAccumulator plain(16), shifted(16, {.subtract_row_zero = true});
  ASSERT_TRUE(plain.Add(x).ok());
  ASSERT_TRUE(shifted.Add(x).ok());
  const at::Tensor x64 = x.to(at::kDouble);
  const at::Tensor want = (x64 - x64.mean(0, true)).square().sum(1);

  EXPECT_LT(RelativeError(SquaredDistances(*plain.Sum()), want), 1e-6);
  EXPECT_LT(RelativeError(SquaredDistances(*shifted.Sum()), want), 1e-13);
}

TEST(GramAccumulatorTest, RefusesWrongBlocks) {
  GramAccumulator gram(3);
  EXPECT_FALSE(gram.Add(at::zeros({4, 5})).ok());
  EXPECT_FALSE(gram.Add(at::zeros({3})).ok());
  EXPECT_FALSE(gram.Add(at::zeros({3, 5}, at::kInt)).ok());
  EXPECT_FALSE(gram.AddCross(at::zeros({3, 5}), at::zeros({3, 4})).ok());
  EXPECT_EQ(gram.Sum()->abs().sum().item<double>(), 0);
}

}  // namespace
}  // namespace decant
