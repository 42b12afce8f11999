#include "worker/math/svd_crop.h"

#include <gtest/gtest.h>

#include "tests/worker/math/random_matrix.h"

namespace decant {
namespace {

at::Tensor NaiveCrop(const at::Tensor& w, int64_t k, int64_t rows,
                     int64_t columns) {
  const auto [u, s, vh] = at::linalg_svd(w, false);
  const at::Tensor w_k =
      (u.narrow(1, 0, k) * s.narrow(0, 0, k)).matmul(vh.narrow(0, 0, k));
  at::Tensor out = at::zeros({rows, columns}, at::kDouble);
  const int64_t r = std::min(rows, w.size(0));
  const int64_t c = std::min(columns, w.size(1));
  out.narrow(0, 0, r).narrow(1, 0, c).copy_(
      w_k.narrow(0, 0, r).narrow(1, 0, c));
  return out;
}

TEST(SvdCropTest, EqualsTheNaiveRankKCropAndPad) {
  const at::Tensor w = RandomMatrix(30, 50, 1);
  struct Case {
    int64_t rank, rows, columns;
  };
  for (const Case& c : {Case{12, 20, 25}, Case{12, 40, 25}, Case{29, 20, 70},
                        Case{5, 64, 64}}) {
    const SvdCropResult got =
        SvdCrop(w.to(at::kFloat),
                {.rank = c.rank, .out_rows = c.rows, .out_columns = c.columns})
            .value();
    EXPECT_TRUE(got.used_svd);
    EXPECT_LT(
        RelativeError(got.projected, NaiveCrop(w, c.rank, c.rows, c.columns)),
        1e-6);
    const at::Tensor energy = at::linalg_svdvals(w).square();
    EXPECT_NEAR(got.energy_kept,
                energy.narrow(0, 0, c.rank).sum().item<double>() /
                    energy.sum().item<double>(),
                1e-6);
  }
}

TEST(SvdCropTest, AFullRankIsACropToTheLastBit) {
  const at::Tensor w = RandomMatrix(6, 9, 1).to(at::kBFloat16);
  for (const int64_t rank : {0, 6, 100}) {
    const SvdCropResult got =
        SvdCrop(w, {.rank = rank, .out_rows = 4, .out_columns = 12}).value();
    EXPECT_FALSE(got.used_svd);
    EXPECT_EQ(got.energy_kept, 1);
    EXPECT_EQ(got.projected.scalar_type(), at::kFloat);
    EXPECT_TRUE(
        got.projected.narrow(1, 0, 9).equal(w.narrow(0, 0, 4).to(at::kFloat)));
    EXPECT_EQ(got.projected.narrow(1, 9, 3).abs().sum().item<float>(), 0);
  }
}

TEST(SvdCropTest, RefusesNonsense) {
  const at::Tensor w = RandomMatrix(6, 9, 1);
  EXPECT_FALSE(SvdCrop(w, {.rank = -1, .out_rows = 4, .out_columns = 4}).ok());
  EXPECT_FALSE(SvdCrop(w, {.rank = 2, .out_rows = 0, .out_columns = 4}).ok());
  EXPECT_FALSE(SvdCrop(w[0], {.out_rows = 1, .out_columns = 1}).ok());
}

}  // namespace
}  // namespace decant
