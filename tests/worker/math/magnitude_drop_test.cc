#include "worker/math/magnitude_drop.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "tests/worker/math/random_matrix.h"

namespace decant {
namespace {

// By a stable sort: larger magnitude first, then the lower index.
at::Tensor NaiveKeep(const at::Tensor& x, int64_t num_kept) {
  const float* data = x.const_data_ptr<float>();
  std::vector<int64_t> order(static_cast<size_t>(x.numel()));
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int64_t a, int64_t b) {
    return std::abs(data[a]) > std::abs(data[b]);
  });
  at::Tensor kept = at::zeros_like(x);
  for (int64_t i = 0; i < num_kept; ++i) {
    const int64_t index = order[static_cast<size_t>(i)];
    kept.view({-1})[index] = data[index];
  }
  return kept;
}

at::Tensor Keep(const at::Tensor& x, int64_t num_kept, float scale = 1) {
  at::Tensor result = x.clone();
  const MagnitudeThreshold threshold =
      FindMagnitudeThreshold(result, num_kept).value();
  EXPECT_TRUE(KeepLargest(threshold, scale, result).ok());
  return result;
}

TEST(MagnitudeDropTest, KeepsWhatASortKeeps) {
  const at::Tensor x = RandomMatrix(30, 70, 1).to(at::kFloat);
  for (const int64_t kept : {1, 2, 100, 1'050, 2'099, 2'100}) {
    EXPECT_TRUE(Keep(x, kept).equal(NaiveKeep(x, kept))) << kept;
  }
}

TEST(MagnitudeDropTest, OfEqualMagnitudesTheFirstStay) {
  // Few distinct values with both signs, over several blocks.
  const at::Tensor x =
      (RandomMatrix(300, 500, 2) * 2).round().to(at::kFloat).contiguous();
  for (const int64_t kept : {1, 777, 50'000, 149'000, 150'000}) {
    EXPECT_TRUE(Keep(x, kept).equal(NaiveKeep(x, kept))) << kept;
  }
}

TEST(MagnitudeDropTest, SumsAreThoseOfAllAndOfTheKept) {
  for (const double step : {0.0, 0.5}) {
    at::Tensor x = RandomMatrix(400, 500, 3).to(at::kFloat);
    if (step > 0) x = (x / step).round() * step;
    const at::Tensor kept = NaiveKeep(x, 60'000).to(at::kDouble);
    const at::Tensor all = x.to(at::kDouble);
    const DropSums sums = FindMagnitudeThreshold(x, 60'000)->sums;
    EXPECT_NEAR(sums.total.absolute, all.abs().sum().item<double>(), 1e-6);
    EXPECT_NEAR(sums.total.squared, all.square().sum().item<double>(), 1e-6);
    EXPECT_NEAR(sums.kept.absolute, kept.abs().sum().item<double>(), 1e-6);
    EXPECT_NEAR(sums.kept.squared, kept.square().sum().item<double>(), 1e-6);
  }
}

TEST(MagnitudeDropTest, DoesNotDependOnTheNumberOfThreads) {
  const at::Tensor x =
      RandomMatrix(500, 700, 4).to(at::kBFloat16).to(at::kFloat);
  const int threads = at::get_num_threads();
  at::set_num_threads(1);
  const MagnitudeThreshold one = FindMagnitudeThreshold(x, 70'000).value();
  const at::Tensor kept_by_one = Keep(x, 70'000, 1.7F);
  at::set_num_threads(5);
  const MagnitudeThreshold five = FindMagnitudeThreshold(x, 70'000).value();
  const at::Tensor kept_by_five = Keep(x, 70'000, 1.7F);
  at::set_num_threads(threads);
  EXPECT_EQ(one.bits, five.bits);
  EXPECT_EQ(one.sums.kept.squared, five.sums.kept.squared);
  EXPECT_TRUE(kept_by_one.equal(kept_by_five));
}

TEST(MagnitudeDropTest, FindsSubnormalsAndExtremes) {
  const float tiny = std::numeric_limits<float>::denorm_min();
  const float huge = std::numeric_limits<float>::max();
  const at::Tensor x = at::tensor({0.0F, -tiny, huge, tiny, -0.0F, 1e-38F});
  for (int64_t kept = 1; kept <= 6; ++kept) {
    EXPECT_TRUE(Keep(x, kept).equal(NaiveKeep(x, kept))) << kept;
  }
}

TEST(MagnitudeDropTest, RefusesNaNInfAndImpossibleCounts) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float inf = std::numeric_limits<float>::infinity();
  EXPECT_FALSE(FindMagnitudeThreshold(at::tensor({1.0F, nan}), 1).ok());
  EXPECT_FALSE(FindMagnitudeThreshold(at::tensor({1.0F, -inf}), 1).ok());
  EXPECT_FALSE(FindMagnitudeThreshold(at::tensor({1.0F}), 0).ok());
  EXPECT_FALSE(FindMagnitudeThreshold(at::tensor({1.0F}), 2).ok());
}

}  // namespace
}  // namespace decant
