// Randomised truncated SVD that says whether it can be trusted.
//
// Source: Halko, Martinsson, Tropp, "Finding structure with randomness" (2011),
// algorithm 4.4; the acceptance rule is ours.
#ifndef DECANT_WORKER_MATH_RANDOMIZED_SVD_H_
#define DECANT_WORKER_MATH_RANDOMIZED_SVD_H_

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "absl/status/statusor.h"
#include "worker/math/philox.h"
#include "worker/math/truncated_svd.h"

namespace decant {

struct RandomizedSvd {
  TruncatedSvd svd;
  // Upper estimate of |W - W_k| / optimal error - 1. From the energy that each
  // of the two power iterations added: what is still missing is taken as twice
  // what the last one brought, more than was missing for any spectrum tried
  // (flat, Gaussian, power laws, exponentials, steps, low rank plus noise).
  double excess_error = 0;
};

// Rank `rank` with 16 oversampled columns, 2 power iterations and a Gaussian
// sketch from the stream `key`. Same result for any number of devices and
// threads up to rounding.
//
// InvalidArgument  as ExactTruncatedSvd; or rank + 16 > min(M, N).
absl::StatusOr<RandomizedSvd> ComputeRandomizedSvd(const at::Tensor& w_MN,
                                                   int64_t rank, PhiloxKey key);

}  // namespace decant

#endif  // DECANT_WORKER_MATH_RANDOMIZED_SVD_H_
