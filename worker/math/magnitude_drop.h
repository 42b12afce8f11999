// Keeping the largest magnitudes of a tensor: exact radix select.
//
// The magnitude of an fp32 value orders like its bits without the sign, so the
// threshold is found in two histograms, of the upper 16 and the lower 15 bits.
// Nothing is sorted, and the counts do not depend on threads or devices.
#ifndef DECANT_WORKER_MATH_MAGNITUDE_DROP_H_
#define DECANT_WORKER_MATH_MAGNITUDE_DROP_H_

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "worker/math/drop_sums.h"

namespace decant {

struct MagnitudeThreshold {
  uint32_t bits = 0;       // Of the smallest magnitude kept.
  int64_t num_above = 0;   // Values with a larger magnitude: all kept.
  int64_t num_equal = 0;   // Values with exactly this magnitude ...
  int64_t equal_kept = 0;  // ... of which the first so many are kept.
  DropSums sums;           // From the same two passes.
};

// The threshold that keeps `num_kept` values, 1 <= num_kept <= count.
// `x` is fp32 and contiguous. Two passes over `x`.
// InvalidArgument: NaN or Inf in `x`, or `num_kept` out of range.
absl::StatusOr<MagnitudeThreshold> FindMagnitudeThreshold(const at::Tensor& x,
                                                          int64_t num_kept);

// Multiplies what `threshold` keeps of `x` by `scale` and zeroes the rest. One
// pass; one more when only some of the equal magnitudes are kept.
absl::Status KeepLargest(const MagnitudeThreshold& threshold, float scale,
                         at::Tensor& x);

}  // namespace decant

#endif  // DECANT_WORKER_MATH_MAGNITUDE_DROP_H_
