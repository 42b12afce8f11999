// Streams the (virtual) expert matrices of one kind, one after another.
#ifndef DECANT_WORKER_OPS_VIRTUAL_EXPERT_READER_H_
#define DECANT_WORKER_OPS_VIRTUAL_EXPERT_READER_H_

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "common/ops/virtual_stack.h"
#include "common/tensor/checkpoint.h"
#include "worker/io/slice_prefetcher.h"

namespace decant {

// The next expert is read while the last one is computed on. Not thread-safe.
class VirtualExpertReader {
 public:
  // Streams `experts`, in that order. `num_rows` rows of each from the top are
  // wanted; between two layers all are read all the same, because SLERP needs
  // the norms and the angle of the whole matrices. `checkpoint` outlives the
  // reader.
  VirtualExpertReader(const Checkpoint& checkpoint, const VirtualStack& stack,
                      std::vector<int64_t> experts, int64_t num_rows,
                      at::Device device);

  // The next expert, [rows read, num_columns] fp32. InvalidArgument naming the
  // expert: NaN, infinity, or an antipodal pair; OutOfRange after the last.
  absl::StatusOr<at::Tensor> Next();

 private:
  static std::vector<TensorSlice> Slices(const VirtualStack& stack,
                                         const std::vector<int64_t>& experts,
                                         int64_t num_rows);

  const VirtualStack stack_;
  const std::vector<int64_t> experts_;
  SlicePrefetcher prefetcher_;
  size_t next_ = 0;
};

}  // namespace decant

#endif  // DECANT_WORKER_OPS_VIRTUAL_EXPERT_READER_H_
