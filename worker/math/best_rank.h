// The best rank-k approximation by whichever way is cheaper.
#ifndef DECANT_WORKER_MATH_BEST_RANK_H_
#define DECANT_WORKER_MATH_BEST_RANK_H_

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "absl/status/statusor.h"
#include "worker/math/philox.h"
#include "worker/math/truncated_svd.h"

namespace decant {

// The randomised SVD when rank < 0.25 min(M, N) and its error is within 1.001
// of the optimum; else the exact one. `key` seeds the sketch.
// InvalidArgument as ExactTruncatedSvd.
absl::StatusOr<TruncatedSvd> BestRank(const at::Tensor& w_MN, int64_t rank,
                                      PhiloxKey key);

}  // namespace decant

#endif  // DECANT_WORKER_MATH_BEST_RANK_H_
