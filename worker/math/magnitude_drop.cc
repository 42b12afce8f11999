#include "worker/math/magnitude_drop.h"

#include <ATen/ops/bincount.h>
#include <ATen/ops/cumsum.h>
#include <ATen/ops/where.h>

#include <bit>
#include <cmath>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "worker/math/block_sums.h"
#include "worker/math/torch_status.h"

namespace decant {
namespace {

constexpr uint32_t kMagnitudeMask = 0x7FFFFFFF;
constexpr uint32_t kInfinityBits = 0x7F800000;
constexpr int kLowBits = 15;
constexpr uint32_t kLowBitsMask = (1U << kLowBits) - 1;
constexpr int64_t kNumHigh = 1 << 16;
constexpr int64_t kNumLow = 1 << kLowBits;

using Histogram = std::vector<int64_t>;

struct Counted {
  Histogram counts;
  NormSums sums;
};

uint32_t MagnitudeBits(float value) {
  return std::bit_cast<uint32_t>(value) & kMagnitudeMask;
}

// Runs body(begin, end, counts) -> NormSums over all blocks, each thread with
// counts of its own. Counts are integers and the sums are added in the order
// of the blocks: neither depends on the number of threads.
template <typename Body>
Counted CountBlocks(int64_t count, int64_t num_buckets, const Body& body) {
  const int64_t num_blocks = NumBlocks(count);
  const int64_t num_slots =
      std::min<int64_t>(at::get_num_threads(), num_blocks);
  std::vector<Histogram> slots(static_cast<size_t>(num_slots));
  std::vector<NormSums> partial(static_cast<size_t>(num_blocks));
  at::parallel_for(0, num_slots, 1, [&](int64_t first, int64_t last) {
    for (int64_t slot = first; slot < last; ++slot) {
      Histogram& counts = slots[static_cast<size_t>(slot)];
      counts.assign(static_cast<size_t>(num_buckets), 0);
      const int64_t end_block = (slot + 1) * num_blocks / num_slots;
      for (int64_t b = slot * num_blocks / num_slots; b < end_block; ++b) {
        const int64_t begin = b * kBlockSize;
        partial[static_cast<size_t>(b)] =
            body(begin, std::min(begin + kBlockSize, count), counts.data());
      }
    }
  });
  Counted total{Histogram(static_cast<size_t>(num_buckets), 0), {}};
  for (const Histogram& counts : slots) {
    for (size_t i = 0; i < counts.size(); ++i) total.counts[i] += counts[i];
  }
  for (const NormSums& sums : partial) {
    total.sums.absolute += sums.absolute;
    total.sums.squared += sums.squared;
  }
  return total;
}

// Buckets of the upper bits; sums of everything.
Counted CountHighOnHost(const float* x, int64_t count) {
  return CountBlocks(count, kNumHigh,
                     [&](int64_t begin, int64_t end, int64_t* counts) {
                       NormSums sums;
                       for (int64_t i = begin; i < end; ++i) {
                         const double value = x[i];
                         sums.absolute += std::abs(value);
                         sums.squared += value * value;
                         ++counts[MagnitudeBits(x[i]) >> kLowBits];
                       }
                       return sums;
                     });
}

// Buckets of the lower bits where the upper ones are `high`; sums of all
// values whose upper bits are greater.
Counted CountLowOnHost(const float* x, int64_t count, uint32_t high) {
  return CountBlocks(count, kNumLow,
                     [&](int64_t begin, int64_t end, int64_t* counts) {
                       NormSums sums;
                       for (int64_t i = begin; i < end; ++i) {
                         const uint32_t bits = MagnitudeBits(x[i]);
                         const uint32_t prefix = bits >> kLowBits;
                         const double value = prefix > high ? x[i] : 0.0F;
                         sums.absolute += std::abs(value);
                         sums.squared += value * value;
                         if (prefix == high) ++counts[bits & kLowBitsMask];
                       }
                       return sums;
                     });
}

NormSums SumOnDevice(const at::Tensor& x) {
  const at::Tensor magnitude = x.abs();
  const at::Tensor wide = magnitude.to(at::kDouble);
  return {wide.sum().item<double>(), wide.dot(wide).item<double>()};
}

Histogram HistogramOnDevice(const at::Tensor& buckets, int64_t num_buckets) {
  const at::Tensor counts = at::bincount(buckets, {}, num_buckets).to(at::kCPU);
  const int64_t* data = counts.const_data_ptr<int64_t>();
  return Histogram(data, data + num_buckets);
}

at::Tensor BitsOnDevice(const at::Tensor& flat) {
  return flat.view(at::kInt).bitwise_and(static_cast<int64_t>(kMagnitudeMask));
}

Counted CountHigh(const at::Tensor& flat) {
  if (flat.is_cpu()) {
    return CountHighOnHost(flat.const_data_ptr<float>(), flat.numel());
  }
  const at::Tensor high = BitsOnDevice(flat).bitwise_right_shift(kLowBits);
  return {HistogramOnDevice(high, kNumHigh), SumOnDevice(flat)};
}

Counted CountLow(const at::Tensor& flat, uint32_t high) {
  if (flat.is_cpu()) {
    return CountLowOnHost(flat.const_data_ptr<float>(), flat.numel(), high);
  }
  const at::Tensor bits = BitsOnDevice(flat);
  const at::Tensor prefix = bits.bitwise_right_shift(kLowBits);
  const at::Tensor low = bits.masked_select(prefix.eq(int64_t{high}))
                             .bitwise_and(int64_t{kLowBitsMask});
  return {HistogramOnDevice(low, kNumLow),
          SumOnDevice(at::where(prefix.gt(int64_t{high}), flat, 0.0))};
}

// The bucket, from the top, in which the value of rank `num_kept` lies, and
// how many values lie in the buckets above it.
struct Position {
  uint32_t bucket = 0;
  int64_t num_above = 0;
};
Position FindFromTop(const Histogram& counts, int64_t num_kept) {
  int64_t num_above = 0;
  size_t bucket = counts.size() - 1;
  while (num_above + counts[bucket] < num_kept) num_above += counts[bucket--];
  return {static_cast<uint32_t>(bucket), num_above};
}

bool HasNonFinite(const Histogram& high_counts) {
  for (size_t i = kInfinityBits >> kLowBits; i < high_counts.size(); ++i) {
    if (high_counts[i] > 0) return true;
  }
  return false;
}

// What the threshold bucket itself contributes: equal bits, equal values, so
// the counts are enough.
NormSums SumInBucket(const Histogram& low_counts, uint32_t high,
                     const Position& low, int64_t equal_kept) {
  NormSums sums;
  for (size_t i = low.bucket; i < low_counts.size(); ++i) {
    const double value =
        std::bit_cast<float>((high << kLowBits) | static_cast<uint32_t>(i));
    const double times =
        static_cast<double>(i == low.bucket ? equal_kept : low_counts[i]);
    sums.absolute += times * value;
    sums.squared += times * value * value;
  }
  return sums;
}

// For each block, how many equal magnitudes lie in the blocks before it.
std::vector<int64_t> EqualBeforeBlock(const float* x, int64_t count,
                                      uint32_t bits) {
  std::vector<int64_t> before(static_cast<size_t>(NumBlocks(count)) + 1, 0);
  ForEachBlock(count, [&](int64_t block, int64_t begin, int64_t end) {
    int64_t equal = 0;
    for (int64_t i = begin; i < end; ++i) equal += MagnitudeBits(x[i]) == bits;
    before[static_cast<size_t>(block) + 1] = equal;
  });
  for (size_t i = 1; i < before.size(); ++i) before[i] += before[i - 1];
  return before;
}

void KeepOnHost(const MagnitudeThreshold& threshold, float scale, float* x,
                int64_t count) {
  const uint32_t bits = threshold.bits;
  if (threshold.equal_kept == threshold.num_equal) {
    ForEachBlock(count, [&](int64_t, int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        x[i] = MagnitudeBits(x[i]) >= bits ? x[i] * scale : 0.0F;
      }
    });
    return;
  }
  const std::vector<int64_t> before = EqualBeforeBlock(x, count, bits);
  ForEachBlock(count, [&](int64_t block, int64_t begin, int64_t end) {
    int64_t equal = before[static_cast<size_t>(block)];
    for (int64_t i = begin; i < end; ++i) {
      const uint32_t own = MagnitudeBits(x[i]);
      const bool is_tie = own == bits;
      const bool is_kept =
          own > bits || (is_tie && equal < threshold.equal_kept);
      equal += is_tie;
      x[i] = is_kept ? x[i] * scale : 0.0F;
    }
  });
}

void KeepOnDevice(const MagnitudeThreshold& threshold, float scale,
                  at::Tensor& x) {
  at::Tensor flat = x.view({-1});
  const at::Tensor bits = BitsOnDevice(flat);
  const at::Tensor equal = bits.eq(int64_t{threshold.bits});
  at::Tensor kept = bits.gt(int64_t{threshold.bits});
  if (threshold.equal_kept == threshold.num_equal) {
    kept.logical_or_(equal);
  } else {
    const at::Tensor is_early =
        at::cumsum(equal, 0, at::kLong).le(threshold.equal_kept);
    kept.logical_or_(equal.logical_and(is_early));
  }
  flat.mul_(scale).masked_fill_(kept.logical_not_(), 0);
}

}  // namespace

absl::StatusOr<MagnitudeThreshold> FindMagnitudeThreshold(const at::Tensor& x,
                                                          int64_t num_kept) {
  if (num_kept < 1 || num_kept > x.numel()) {
    return absl::InvalidArgumentError(
        absl::StrCat("magnitude drop: cannot keep ", num_kept, " of ",
                     x.numel(), " values"));
  }
  return TryTorch(
      "magnitude drop", [&]() -> absl::StatusOr<MagnitudeThreshold> {
        const at::Tensor flat = x.view({-1});
        const Counted high = CountHigh(flat);
        if (HasNonFinite(high.counts)) {
          return absl::InvalidArgumentError(
              "magnitude drop: NaN or Inf in the weight change");
        }
        const Position top = FindFromTop(high.counts, num_kept);
        const Counted low = CountLow(flat, top.bucket);
        const Position rest = FindFromTop(low.counts, num_kept - top.num_above);

        MagnitudeThreshold result;
        result.bits = (top.bucket << kLowBits) | rest.bucket;
        result.num_above = top.num_above + rest.num_above;
        result.num_equal = low.counts[rest.bucket];
        result.equal_kept = num_kept - result.num_above;
        const NormSums bucket =
            SumInBucket(low.counts, top.bucket, rest, result.equal_kept);
        result.sums.total = high.sums;
        result.sums.kept = {low.sums.absolute + bucket.absolute,
                            low.sums.squared + bucket.squared};
        return result;
      });
}

absl::Status KeepLargest(const MagnitudeThreshold& threshold, float scale,
                         at::Tensor& x) {
  return TryTorch("magnitude drop", [&] {
    if (x.is_cpu()) {
      KeepOnHost(threshold, scale, x.mutable_data_ptr<float>(), x.numel());
    } else {
      KeepOnDevice(threshold, scale, x);
    }
  });
}

}  // namespace decant
