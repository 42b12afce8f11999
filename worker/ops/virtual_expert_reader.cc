#include "worker/ops/virtual_expert_reader.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "worker/math/slerp.h"

namespace decant {

VirtualExpertReader::VirtualExpertReader(const Checkpoint& checkpoint,
                                         const VirtualStack& stack,
                                         std::vector<int64_t> experts,
                                         int64_t num_rows, at::Device device)
    : stack_(stack),
      experts_(std::move(experts)),
      prefetcher_(checkpoint, Slices(stack, experts_, num_rows),
                  {.device = device}) {}

std::vector<TensorSlice> VirtualExpertReader::Slices(
    const VirtualStack& stack, const std::vector<int64_t>& experts,
    int64_t num_rows) {
  std::vector<TensorSlice> slices;
  for (const int64_t expert : experts) {
    slices.push_back(stack.lo.Slice(expert));
    if (stack.hi.has_value()) {
      slices.push_back(stack.hi->Slice(expert));
    } else {
      slices.back().num_rows = std::min(num_rows, stack.lo.num_rows);
    }
  }
  return slices;
}

absl::StatusOr<at::Tensor> VirtualExpertReader::Next() {
  if (next_ == experts_.size()) {
    return absl::OutOfRangeError("every expert has been read");
  }
  const int64_t expert = experts_[next_++];
  ASSIGN_OR_RETURN(at::Tensor lo, prefetcher_.Next());
  if (!stack_.hi.has_value()) return lo;
  ASSIGN_OR_RETURN(const at::Tensor hi, prefetcher_.Next());
  absl::StatusOr<at::Tensor> blended = Slerp(lo, hi, stack_.weight);
  if (!blended.ok()) {
    return Annotate(blended.status(),
                    absl::StrCat(stack_.lo.Slice(expert).name, " and ",
                                 stack_.hi->Slice(expert).name));
  }
  return blended;
}

}  // namespace decant
