// Sums over a flat array on the host, in fixed blocks: the order of additions,
// and so every bit of the result, is the same for any number of threads.
#ifndef DECANT_WORKER_MATH_BLOCK_SUMS_H_
#define DECANT_WORKER_MATH_BLOCK_SUMS_H_

#include <ATen/Parallel.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace decant {

// 256 KiB of fp32: long enough to hide the scheduling, short enough to stay
// in a core's cache.
inline constexpr int64_t kBlockSize = 65'536;

inline int64_t NumBlocks(int64_t count) {
  return (count + kBlockSize - 1) / kBlockSize;
}

// Calls body(block, begin, end) once for each block, on several threads.
template <typename Body>
void ForEachBlock(int64_t count, const Body& body) {
  at::parallel_for(0, NumBlocks(count), 1, [&](int64_t first, int64_t last) {
    for (int64_t block = first; block < last; ++block) {
      const int64_t begin = block * kBlockSize;
      body(block, begin, std::min(begin + kBlockSize, count));
    }
  });
}

// Adds up what body(begin, end) -> std::array<double, N> returns for each
// block, in the order of the blocks.
template <size_t N, typename Body>
std::array<double, N> SumBlocks(int64_t count, const Body& body) {
  std::vector<std::array<double, N>> partial(
      static_cast<size_t>(NumBlocks(count)));
  ForEachBlock(count, [&](int64_t block, int64_t begin, int64_t end) {
    partial[static_cast<size_t>(block)] = body(begin, end);
  });
  std::array<double, N> total{};
  for (const std::array<double, N>& sums : partial) {
    for (size_t i = 0; i < N; ++i) total[i] += sums[i];
  }
  return total;
}

}  // namespace decant

#endif  // DECANT_WORKER_MATH_BLOCK_SUMS_H_
