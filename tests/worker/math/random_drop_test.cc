#include "worker/math/random_drop.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/worker/math/random_matrix.h"

namespace decant {
namespace {

TEST(RandomDropTest, KeepsExactlyThePositionsTheStreamNames) {
  const at::Tensor x = RandomMatrix(400, 500, 1).to(at::kFloat);
  const RandomKeep keep = {{11, 12}, KeepThreshold(0.7)};
  at::Tensor want = x.clone();
  float* data = want.mutable_data_ptr<float>();
  int64_t num_kept = 0;
  for (int64_t i = 0; i < want.numel(); ++i) {
    const bool kept =
        PhiloxWord(keep.key, static_cast<uint64_t>(i)) < keep.threshold;
    data[i] = kept ? data[i] * 2 : 0;
    num_kept += kept;
  }

  at::Tensor got = x.clone();
  const RandomCount count = CountRandom(keep, got).value();
  ASSERT_TRUE(KeepRandom(keep, 2, got).ok());

  EXPECT_TRUE(got.equal(want));
  EXPECT_EQ(count.num_kept, num_kept);
  EXPECT_NEAR(static_cast<double>(num_kept) / 2e5, 0.3, 0.005);
  EXPECT_NEAR(count.sums.total.squared, std::pow(Norm(x), 2), 1e-6);
  EXPECT_NEAR(count.sums.kept.squared, std::pow(Norm(want) / 2, 2), 1e-6);
}

TEST(RandomDropTest, TheThresholdCoversTheWholeRange) {
  EXPECT_EQ(KeepThreshold(0), uint64_t{1} << 32);
  EXPECT_EQ(KeepThreshold(0.5), uint64_t{1} << 31);
  EXPECT_EQ(KeepThreshold(1), 0U);
}

}  // namespace
}  // namespace decant
