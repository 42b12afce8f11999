#include "worker/math/best_rank.h"

#include <algorithm>

#include "common/base/status_macros.h"
#include "worker/math/randomized_svd.h"

namespace decant {
namespace {

constexpr double kLargestExcessError = 1e-3;
// Below this the sketch of rank + 16 columns would hardly be smaller.
constexpr int64_t kSmallestRandomizedSide = 128;

bool PaysToSketch(const at::Tensor& w_MN, int64_t rank) {
  const int64_t side = std::min(w_MN.size(0), w_MN.size(1));
  return side >= kSmallestRandomizedSide && 4 * rank < side;
}

}  // namespace

absl::StatusOr<TruncatedSvd> BestRank(const at::Tensor& w_MN, int64_t rank,
                                      PhiloxKey key) {
  RETURN_IF_ERROR(CheckTruncation(w_MN, rank));
  if (PaysToSketch(w_MN, rank)) {
    ASSIGN_OR_RETURN(RandomizedSvd sketched,
                     ComputeRandomizedSvd(w_MN, rank, key));
    if (sketched.excess_error <= kLargestExcessError) return sketched.svd;
  }
  return ExactTruncatedSvd(w_MN, rank);
}

}  // namespace decant
