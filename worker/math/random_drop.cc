#include "worker/math/random_drop.h"

#include <ATen/ops/where.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "common/base/status_macros.h"
#include "worker/math/block_sums.h"
#include "worker/math/philox_tensor.h"
#include "worker/math/torch_status.h"

namespace decant {
namespace {

// Words made at a time on a device: bounds their int64 temporaries.
constexpr int64_t kDeviceChunk = int64_t{1} << 24;

void FillBlock(PhiloxKey key, int64_t begin, int64_t end,
               std::vector<uint32_t>& words) {
  words.resize(static_cast<size_t>(end - begin));
  FillPhiloxWords(key, static_cast<uint64_t>(begin), static_cast<uint64_t>(end),
                  words.data());
}

RandomCount CountOnHost(const RandomKeep& keep, const float* x, int64_t count) {
  const std::array<double, 5> sums =
      SumBlocks<5>(count, [&](int64_t begin, int64_t end) {
        std::vector<uint32_t> words;
        FillBlock(keep.key, begin, end, words);
        std::array<double, 5> s{};
        for (int64_t i = begin; i < end; ++i) {
          const double value = std::abs(static_cast<double>(x[i]));
          const bool is_kept =
              words[static_cast<size_t>(i - begin)] < keep.threshold;
          const double kept = is_kept ? value : 0.0;
          s[0] += value;
          s[1] += value * value;
          s[2] += kept;
          s[3] += kept * kept;
          s[4] += is_kept;  // Exact: counts stay far below 2^53.
        }
        return s;
      });
  return {static_cast<int64_t>(sums[4]),
          {{sums[0], sums[1]}, {sums[2], sums[3]}}};
}

void KeepOnHost(const RandomKeep& keep, float scale, float* x, int64_t count) {
  ForEachBlock(count, [&](int64_t, int64_t begin, int64_t end) {
    std::vector<uint32_t> words;
    FillBlock(keep.key, begin, end, words);
    for (int64_t i = begin; i < end; ++i) {
      const bool is_kept =
          words[static_cast<size_t>(i - begin)] < keep.threshold;
      x[i] = is_kept ? x[i] * scale : 0.0F;
    }
  });
}

// Calls body(values, mask of the kept ones), both flat, piece by piece.
template <typename Body>
absl::Status ForEachDeviceChunk(const RandomKeep& keep, const at::Tensor& x,
                                const Body& body) {
  at::Tensor flat = x.view({-1});
  for (int64_t begin = 0; begin < flat.numel(); begin += kDeviceChunk) {
    const int64_t length = std::min(kDeviceChunk, flat.numel() - begin);
    ASSIGN_OR_RETURN(const at::Tensor words,
                     PhiloxWordsOnDevice(keep.key, begin, length, x.device()));
    body(flat.narrow(0, begin, length),
         words.lt(static_cast<int64_t>(keep.threshold)));
  }
  return absl::OkStatus();
}

void AddSums(const at::Tensor& magnitudes, NormSums& sums) {
  sums.absolute += magnitudes.sum().item<double>();
  sums.squared += magnitudes.dot(magnitudes).item<double>();
}

absl::StatusOr<RandomCount> CountOnDevice(const RandomKeep& keep,
                                          const at::Tensor& x) {
  RandomCount count;
  RETURN_IF_ERROR(ForEachDeviceChunk(
      keep, x, [&](const at::Tensor& values, const at::Tensor& mask) {
        const at::Tensor magnitudes = values.abs().to(at::kDouble);
        AddSums(magnitudes, count.sums.total);
        AddSums(at::where(mask, magnitudes, 0.0), count.sums.kept);
        count.num_kept += mask.sum().item<int64_t>();
      }));
  return count;
}

}  // namespace

uint64_t KeepThreshold(double drop) {
  return static_cast<uint64_t>(std::floor((1.0 - drop) * 0x1p32));
}

absl::StatusOr<RandomCount> CountRandom(const RandomKeep& keep,
                                        const at::Tensor& x) {
  return TryTorch("random drop", [&]() -> absl::StatusOr<RandomCount> {
    if (!x.is_cpu()) return CountOnDevice(keep, x);
    return CountOnHost(keep, x.const_data_ptr<float>(), x.numel());
  });
}

absl::Status KeepRandom(const RandomKeep& keep, float scale, at::Tensor& x) {
  return TryTorch("random drop", [&]() -> absl::Status {
    if (x.is_cpu()) {
      KeepOnHost(keep, scale, x.mutable_data_ptr<float>(), x.numel());
      return absl::OkStatus();
    }
    return ForEachDeviceChunk(
        keep, x, [&](at::Tensor values, const at::Tensor& mask) {
          values.mul_(scale).masked_fill_(mask.logical_not(), 0);
        });
  });
}

}  // namespace decant
