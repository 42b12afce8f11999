#include "worker/math/right_rotation.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/worker/math/random_matrix.h"

namespace decant {
namespace {

// The definition: the full I x I rotation, its free part nearest the identity.
at::Tensor NaiveRotated(const at::Tensor& p, const at::Tensor& s) {
  const auto [u, sigma, vh] = at::linalg_svd(p.t().matmul(s));
  const int64_t rank = sigma.gt(1e-10 * sigma[0]).sum().item<int64_t>();
  const int64_t free = u.size(0) - rank;
  at::Tensor rotation = u.narrow(1, 0, rank).matmul(vh.narrow(0, 0, rank));
  if (free > 0) {
    const at::Tensor u0 = u.narrow(1, rank, free);
    const at::Tensor v0 = vh.narrow(0, rank, free);
    const auto [zu, zs, zvh] = at::linalg_svd(u0.t().matmul(v0.t()));
    rotation = rotation + u0.matmul(zu).matmul(zvh).matmul(v0);
  }
  return p.matmul(rotation);
}

TEST(RotateRightTest, EqualsTheFullRotationForEveryShape) {
  for (const auto& [rows, columns] :
       {std::pair<int64_t, int64_t>{12, 40}, {40, 12}, {20, 20}, {1, 9}}) {
    const at::Tensor p = RandomMatrix(rows, columns, 1);
    const at::Tensor s = RandomMatrix(rows, columns, 2);
    const Rotated got = RotateRight(p, s).value();
    EXPECT_EQ(got.rank, std::min(rows, columns));
    EXPECT_FALSE(got.is_completed);
    EXPECT_LT(RelativeError(got.rotated_OI, NaiveRotated(p, s)), 1e-10);
  }
}

TEST(RotateRightTest, ZeroPaddingLeavesNothingToChoose) {
  // Zero rows and columns, as the crop to a larger student leaves them.
  for (const auto& [rows, columns] :
       {std::pair<int64_t, int64_t>{18, 40}, {40, 18}, {25, 25}}) {
    at::Tensor p = RandomMatrix(rows, columns, 1);
    p.narrow(0, rows - 5, 5).zero_();
    p.narrow(1, columns - 7, 7).zero_();
    const at::Tensor s = RandomMatrix(rows, columns, 2);
    const Rotated got = RotateRight(p, s).value();

    EXPECT_EQ(got.rank, std::min(rows - 5, columns - 7));
    EXPECT_FALSE(got.is_completed);
    EXPECT_LT(RelativeError(got.rotated_OI, NaiveRotated(p, s)), 1e-10);
    EXPECT_EQ(Norm(got.rotated_OI.narrow(0, rows - 5, 5)), 0);
  }
}

TEST(RotateRightTest, ALowRankTeacherLeavesNothingToChoose) {
  const at::Tensor p = RandomMatrix(20, 6, 1).matmul(RandomMatrix(6, 50, 2));
  const at::Tensor s = RandomMatrix(20, 50, 3);
  const Rotated got = RotateRight(p, s).value();
  EXPECT_EQ(got.rank, 6);
  EXPECT_FALSE(got.is_completed);
  EXPECT_LT(RelativeError(got.rotated_OI, NaiveRotated(p, s)), 1e-9);
}

TEST(RotateRightTest, ALowRankStudentMeansTheNearestCompletion) {
  // Wide enough that part of the space lies outside both row spaces, and not.
  for (const auto& [rows, columns] :
       {std::pair<int64_t, int64_t>{12, 60}, {12, 20}, {30, 12}}) {
    const at::Tensor p = RandomMatrix(rows, columns, 1);
    const at::Tensor s =
        RandomMatrix(rows, 4, 2).matmul(RandomMatrix(4, columns, 3));
    const Rotated got = RotateRight(p, s).value();

    EXPECT_EQ(got.rank, 4);
    EXPECT_TRUE(got.is_completed);
    EXPECT_LT(RelativeError(got.rotated_OI, NaiveRotated(p, s)), 1e-9);
    EXPECT_NEAR(Norm(got.rotated_OI) / Norm(p), 1, 1e-12);
  }
}

TEST(RotateRightTest, AZeroStudentTurnsNothing) {
  const at::Tensor p = RandomMatrix(5, 9, 1);
  const Rotated got = RotateRight(p, at::zeros_like(p)).value();
  EXPECT_EQ(got.rank, 0);
  EXPECT_TRUE(got.is_completed);
  EXPECT_LT(RelativeError(got.rotated_OI, p), 1e-13);
}

TEST(RotateRightTest, AZeroTeacherStaysZero) {
  const at::Tensor s = RandomMatrix(5, 9, 1);
  const Rotated got = RotateRight(at::zeros_like(s), s).value();
  EXPECT_EQ(got.rank, 0);
  EXPECT_EQ(Norm(got.rotated_OI), 0);
}

}  // namespace
}  // namespace decant
