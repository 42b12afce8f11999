#include "worker/math/truncated_svd.h"

#include <gtest/gtest.h>

#include <limits>

#include "tests/worker/math/random_matrix.h"

namespace decant {
namespace {

// Rank-k part by the plain fp64 SVD.
at::Tensor NaiveRankK(const at::Tensor& w, int64_t k) {
  const auto [u, s, vh] = at::linalg_svd(w.to(at::kDouble), false);
  return (u.narrow(1, 0, k) * s.narrow(0, 0, k)).matmul(vh.narrow(0, 0, k));
}

TEST(ExactTruncatedSvdTest, EqualsThePlainSvdWideAndTall) {
  for (const auto& [rows, columns] :
       {std::pair<int64_t, int64_t>{40, 90}, {90, 40}, {50, 50}}) {
    const at::Tensor w = RandomMatrix(rows, columns, 1);
    const at::Tensor s = at::linalg_svdvals(w);
    for (const int64_t k : {1, 13, 40}) {
      const TruncatedSvd svd = ExactTruncatedSvd(w, k).value();
      EXPECT_LT(RelativeError(svd.Product(rows, columns), NaiveRankK(w, k)),
                1e-12);
      EXPECT_LT(RelativeError(svd.singular_values_K, s.narrow(0, 0, k)), 1e-12);
      const double energy = s.narrow(0, 0, k).square().sum().item<double>();
      EXPECT_NEAR(svd.energy_kept, energy / s.square().sum().item<double>(),
                  1e-12);
      const TruncatedSvd fp32 = ExactTruncatedSvd(w.to(at::kFloat), k).value();
      EXPECT_EQ(fp32.left_MK.scalar_type(), at::kFloat);
      EXPECT_LT(RelativeError(fp32.Product(rows, columns), NaiveRankK(w, k)),
                1e-6);
    }
  }
}

TEST(ExactTruncatedSvdTest, AZeroOrRankDeficientMatrixGivesFiniteFactors) {
  const at::Tensor zero = at::zeros({6, 8});
  const TruncatedSvd none = ExactTruncatedSvd(zero, 3).value();
  EXPECT_TRUE(none.Product(6, 8).equal(zero));
  EXPECT_EQ(none.energy_kept, 1);

  const at::Tensor low = RandomMatrix(20, 3, 1).matmul(RandomMatrix(3, 30, 2));
  const TruncatedSvd svd = ExactTruncatedSvd(low, 10).value();
  EXPECT_LT(RelativeError(svd.Product(20, 30), low), 1e-13);
  EXPECT_NEAR(svd.energy_kept, 1, 1e-14);
}

TEST(ExactTruncatedSvdTest, ProductCanBeCropped) {
  const at::Tensor w = RandomMatrix(20, 30, 1);
  const TruncatedSvd svd = ExactTruncatedSvd(w, 7).value();
  const at::Tensor whole = svd.Product(20, 30);
  EXPECT_LT(
      RelativeError(svd.Product(5, 11), whole.narrow(0, 0, 5).narrow(1, 0, 11)),
      1e-14);
}

TEST(ExactTruncatedSvdTest, RefusesBadRanksAndValues) {
  const at::Tensor w = RandomMatrix(4, 6, 1);
  EXPECT_FALSE(ExactTruncatedSvd(w, 0).ok());
  EXPECT_FALSE(ExactTruncatedSvd(w, 5).ok());
  EXPECT_FALSE(ExactTruncatedSvd(at::zeros({3}), 1).ok());
  w[1][2] = std::numeric_limits<double>::infinity();
  EXPECT_EQ(ExactTruncatedSvd(w, 2).status().code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace decant
