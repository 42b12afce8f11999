// Keeping values at random by the words of a Philox stream (DARE).
// Source: Yu et al., "Language models are super Mario" (2024).
#ifndef DECANT_WORKER_MATH_RANDOM_DROP_H_
#define DECANT_WORKER_MATH_RANDOM_DROP_H_

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "worker/math/drop_sums.h"
#include "worker/math/philox.h"

namespace decant {

// Which positions are kept: i iff word i of the stream `key` < `threshold`.
struct RandomKeep {
  PhiloxKey key = {};
  uint64_t threshold = 0;  // In [0, 2^32].
};

// floor((1 - drop) 2^32).
uint64_t KeepThreshold(double drop);

struct RandomCount {
  int64_t num_kept = 0;
  DropSums sums;
};

// Counts and sums what would be kept of `x` (fp32, contiguous). One pass.
absl::StatusOr<RandomCount> CountRandom(const RandomKeep& keep,
                                        const at::Tensor& x);

// Multiplies what is kept of `x` by `scale` and zeroes the rest. One pass.
absl::Status KeepRandom(const RandomKeep& keep, float scale, at::Tensor& x);

}  // namespace decant

#endif  // DECANT_WORKER_MATH_RANDOM_DROP_H_
