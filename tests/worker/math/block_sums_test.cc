#include "worker/math/block_sums.h"

#include <gtest/gtest.h>

#include <atomic>

namespace decant {
namespace {

TEST(BlockSumsTest, EveryIndexIsVisitedOnce) {
  for (const int64_t count : {int64_t{0}, int64_t{1}, kBlockSize,
                              kBlockSize + 1, 3 * kBlockSize - 1}) {
    std::atomic<int64_t> visited = 0;
    ForEachBlock(count, [&](int64_t block, int64_t begin, int64_t end) {
      EXPECT_EQ(begin, block * kBlockSize);
      visited += end - begin;
    });
    EXPECT_EQ(visited, count);
  }
}

TEST(BlockSumsTest, AddsInTheOrderOfTheBlocks) {
  // 1 + 2^-53 + 2^-53 from the left stays 1; any other order gives more.
  const auto sums = SumBlocks<1>(3 * kBlockSize, [](int64_t begin, int64_t) {
    return std::array<double, 1>{begin == 0 ? 1.0 : 0x1p-53};
  });
  EXPECT_EQ(sums[0], 1.0);
}

}  // namespace
}  // namespace decant
