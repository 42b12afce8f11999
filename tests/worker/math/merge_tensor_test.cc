#include "worker/math/merge_tensor.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/worker/math/random_matrix.h"

namespace decant {
namespace {

TEST(MergeTensorTest, IsTheFp32SumRoundedOnce) {
  const at::Tensor delta = RandomMatrix(300, 400, 2).to(at::kFloat);
  for (const at::ScalarType in : {at::kFloat, at::kBFloat16, at::kHalf}) {
    for (const at::ScalarType out : {at::kFloat, at::kBFloat16, at::kHalf}) {
      const at::Tensor student = RandomMatrix(300, 400, 1).to(in);
      const at::Tensor want =
          student.to(at::kFloat).add(delta.mul(0.37F)).to(out);
      const MergedTensor got = MergeTensor(student, delta, 0.37F, out).value();

      EXPECT_TRUE(got.merged.equal(want));
      const MergeStatistics& s = got.statistics;
      EXPECT_EQ(s.num_elements, 120'000);
      EXPECT_EQ(s.num_changed, want.ne(student.to(out)).sum().item<int64_t>());
      EXPECT_NEAR(s.student_norm, Norm(student), 1e-9 * Norm(student));
      EXPECT_NEAR(s.change_norm,
                  Norm(want.to(at::kDouble) - student.to(at::kDouble)), 1e-7);
      EXPECT_NEAR(s.RelativeChange(), s.change_norm / s.student_norm, 1e-15);
      EXPECT_FALSE(s.first_non_finite.has_value());
    }
  }
}

TEST(MergeTensorTest, RoundingSwallowsChangesBelowHalfAnUlp) {
  const at::Tensor student = at::ones({100}, at::kBFloat16);
  const at::Tensor delta = at::full({100}, 0x1p-10);
  const MergedTensor got =
      MergeTensor(student, delta, 1, at::kBFloat16).value();
  EXPECT_EQ(got.statistics.num_changed, 0);
  EXPECT_EQ(got.statistics.ChangedFraction(), 0);
  EXPECT_EQ(MergeTensor(student, delta, 1, at::kFloat)->statistics.num_changed,
            100);
}

TEST(MergeTensorTest, AZeroChangeKeepsEveryBit) {
  const at::Tensor student = at::tensor({-0.0F, 0.0F, -1.5F});
  const MergedTensor got =
      MergeTensor(student, at::tensor({0.0F, 0.0F, 3.0F}), 0, at::kFloat)
          .value();
  EXPECT_TRUE(got.merged.view(at::kInt).equal(student.view(at::kInt)));
  EXPECT_EQ(got.statistics.num_changed, 0);
  EXPECT_EQ(got.statistics.RelativeChange(), 0);
}

TEST(MergeTensorTest, NamesTheFirstNonFiniteElement) {
  at::Tensor delta = at::zeros({400, 300});
  delta[399][7] = std::numeric_limits<float>::quiet_NaN();
  delta[300][5] = 1e6;  // Overflows fp16.
  const at::Tensor student = at::ones({400, 300}, at::kHalf);
  const MergedTensor got = MergeTensor(student, delta, 1, at::kHalf).value();
  EXPECT_EQ(got.statistics.first_non_finite, 300 * 300 + 5);
}

TEST(MergeTensorTest, RefusesShapesAndDtypes) {
  const at::Tensor x = at::ones({2, 3});
  EXPECT_FALSE(MergeTensor(x, at::ones({3, 2}), 1, at::kFloat).ok());
  EXPECT_FALSE(MergeTensor(x.to(at::kDouble), x, 1, at::kFloat).ok());
  EXPECT_FALSE(MergeTensor(x, x, 1, at::kDouble).ok());
}

TEST(FindNonFiniteTest, FindsTheFirst) {
  at::Tensor x = at::zeros({5, 6}, at::kBFloat16);
  EXPECT_EQ(FindNonFinite(x).value(), std::nullopt);
  x[4][1] = std::numeric_limits<float>::infinity();
  x[2][3] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(FindNonFinite(x).value(), 15);
  EXPECT_FALSE(FindNonFinite(at::zeros({2}, at::kInt)).ok());
}

}  // namespace
}  // namespace decant
