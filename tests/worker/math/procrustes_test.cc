#include "worker/math/procrustes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "tests/worker/math/random_matrix.h"

namespace decant {
namespace {

at::Tensor Polar(const at::Tensor& m) {
  const auto [u, s, vh] = at::linalg_svd(m);
  return u.matmul(vh);
}

Alignment Align(const at::Tensor& p, const at::Tensor& s, AlignSide side,
                bool scaling = false) {
  return AlignToStudent(p.to(at::kFloat), s.to(at::kFloat),
                        {.side = side, .scaling = scaling})
      .value();
}

// k_proj, down_proj, square, and up_proj in small.
const std::pair<int64_t, int64_t> kShapes[] = {
    {16, 64}, {40, 90}, {48, 48}, {90, 40}};

TEST(ProcrustesTest, OneSidedAlignmentEqualsTheTextbook) {
  for (const auto& [rows, columns] : kShapes) {
    const at::Tensor p = RandomMatrix(rows, columns, 1);
    const at::Tensor s = RandomMatrix(rows, columns, 2);
    const at::Tensor left = Polar(s.matmul(p.t())).matmul(p);
    const at::Tensor right = p.matmul(Polar(p.t().matmul(s)));

    const Alignment got_left = Align(p, s, AlignSide::kLeft);
    const Alignment got_right = Align(p, s, AlignSide::kRight);

    EXPECT_LT(RelativeError(got_left.aligned_OI, left), 1e-6);
    EXPECT_LT(RelativeError(got_right.aligned_OI, right), 1e-6);
    EXPECT_NEAR(got_right.residual_after, Norm(right - s), 1e-6 * Norm(s));
    EXPECT_NEAR(got_right.residual_before, Norm(p - s), 1e-6 * Norm(s));
    EXPECT_EQ(got_right.rank, got_right.full_rank);
    EXPECT_TRUE(got_left.aligned_OI.is_contiguous());
  }
}

TEST(ProcrustesTest, KeepsTheNormAndTheGramAndNeverWorsensTheResidual) {
  for (const auto& [rows, columns] : kShapes) {
    const at::Tensor p = RandomMatrix(rows, columns, 1);
    for (const double share : {0.0, 0.3, 1.0}) {
      const at::Tensor s = share * p + RandomMatrix(rows, columns, 2);
      const Alignment got = Align(p, s, AlignSide::kRight);
      const at::Tensor a = got.aligned_OI.to(at::kDouble);
      EXPECT_NEAR(Norm(a) / Norm(p), 1, 1e-6);
      EXPECT_LT(RelativeError(a.matmul(a.t()), p.matmul(p.t())), 1e-5);
      EXPECT_LE(got.residual_after, got.residual_before);
    }
  }
}

TEST(ProcrustesTest, RecoversAPlantedRotationAndNotItsTranspose) {
  const at::Tensor p = RandomMatrix(60, 25, 1);
  const at::Tensor rotation = RandomRotation(25, 25, 2);
  const Alignment right = Align(p, p.matmul(rotation), AlignSide::kRight);
  EXPECT_LT(right.residual_after / right.residual_before, 1e-6);

  const at::Tensor left_rotation = RandomRotation(60, 60, 3);
  const Alignment left = Align(p, left_rotation.matmul(p), AlignSide::kLeft);
  EXPECT_LT(left.residual_after / left.residual_before, 1e-6);
}

TEST(ProcrustesTest, IsARotationAndNotLeastSquares) {
  // Least squares would map a wide teacher onto the student without rest.
  const at::Tensor p = RandomMatrix(10, 40, 1);
  const Alignment got = Align(p, RandomMatrix(10, 40, 2), AlignSide::kRight);
  EXPECT_GT(got.residual_after, 0.1 * got.residual_before);
}

TEST(ProcrustesTest, BothSidesKeepOnlyTheSingularValues) {
  const at::Tensor p = RandomMatrix(30, 50, 1);
  const at::Tensor s = RandomMatrix(30, 50, 2);
  const Alignment got = Align(p, s, AlignSide::kBoth);
  const at::Tensor sigma_p = at::linalg_svdvals(p);
  EXPECT_LT(RelativeError(at::linalg_svdvals(got.aligned_OI), sigma_p), 1e-6);
  EXPECT_NEAR(got.residual_after, Norm(sigma_p - at::linalg_svdvals(s)), 1e-4);
}

TEST(ProcrustesTest, NoneIsTheTeacher) {
  const at::Tensor p = RandomMatrix(3, 5, 1).to(at::kFloat);
  const Alignment got = Align(p, RandomMatrix(3, 5, 2), AlignSide::kNone);
  EXPECT_TRUE(got.aligned_OI.equal(p));
  EXPECT_EQ(got.residual_after, got.residual_before);
}

TEST(ProcrustesTest, ScalingIsTheBestFactor) {
  const at::Tensor p = RandomMatrix(20, 30, 1);
  const at::Tensor s = 0.2 * p + RandomMatrix(20, 30, 2);
  for (const AlignSide side :
       {AlignSide::kRight, AlignSide::kLeft, AlignSide::kBoth}) {
    const at::Tensor a = Align(p, s, side).aligned_OI.to(at::kDouble);
    const double best = (a * s).sum().item<double>() / (Norm(a) * Norm(a));
    const Alignment scaled = Align(p, s, side, true);
    EXPECT_NEAR(scaled.scale, best, 1e-6);
    EXPECT_LT(RelativeError(scaled.aligned_OI, best * a), 1e-5);
  }
}

TEST(ProcrustesTest, PaddedAndLowRankMatricesGiveFiniteResults) {
  for (const auto& [rows, columns] : kShapes) {
    at::Tensor padded = RandomMatrix(rows, columns, 1);
    padded.narrow(0, rows / 2, rows - rows / 2).zero_();
    padded.narrow(1, columns - 3, 3).zero_();
    const at::Tensor low =
        RandomMatrix(rows, 2, 2).matmul(RandomMatrix(2, columns, 3));
    const at::Tensor s = RandomMatrix(rows, columns, 4);
    for (const AlignSide side :
         {AlignSide::kRight, AlignSide::kLeft, AlignSide::kBoth}) {
      for (const auto& [p, q] : {std::pair{padded, s},
                                 {low, s},
                                 {s, low},
                                 {s, padded},
                                 {0 * s, s},
                                 {s, 0 * s}}) {
        const Alignment got = Align(p, q, side);
        EXPECT_TRUE(got.aligned_OI.isfinite().all().item<bool>());
        EXPECT_LE(got.residual_after, got.residual_before * (1 + 1e-6));
        EXPECT_NEAR(Norm(got.aligned_OI), Norm(p), 1e-5 * Norm(p));
      }
    }
    EXPECT_LT(Align(padded, s, AlignSide::kRight).rank,
              Align(s, s, AlignSide::kRight).rank + 1);
  }
}

TEST(ProcrustesTest, RefusesShapesAndNaN) {
  const at::Tensor p = at::zeros({3, 4});
  EXPECT_FALSE(AlignToStudent(p, at::zeros({4, 3}), {}).ok());
  at::Tensor bad = at::zeros({3, 4});
  bad[1][1] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(AlignToStudent(bad, p, {}).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(ProcrustesTest, SidesHaveNames) {
  EXPECT_EQ(ParseAlignSide("left").value(), AlignSide::kLeft);
  EXPECT_THAT(std::string(ParseAlignSide("top").status().message()),
              testing::HasSubstr("right, left, both, none"));
}

}  // namespace
}  // namespace decant
