// Reads the slices that an op will need, in their order, while it computes on
// earlier ones.
#ifndef DECANT_WORKER_IO_SLICE_PREFETCHER_H_
#define DECANT_WORKER_IO_SLICE_PREFETCHER_H_

#include <ATen/core/Tensor.h>

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "common/tensor/checkpoint.h"

namespace decant {

// Reading threads fill a window of at most `ahead_bytes` beyond what Next has
// returned (one slice may always be under way). They only read; conversion to
// fp32 and the copy to the device happen in Next, on the op's thread.
//
// Use Next from one thread. The destructor stops and joins the readers after
// the read each is in.
class SlicePrefetcher {
 public:
  struct Options {
    at::Device device = at::kCPU;
    int64_t ahead_bytes = int64_t{64} << 20;  // As stored.
    int num_readers = 2;
  };

  // `checkpoint` outlives the prefetcher.
  SlicePrefetcher(const Checkpoint& checkpoint, std::vector<TensorSlice> slices,
                  Options options);
  ~SlicePrefetcher();
  SlicePrefetcher(const SlicePrefetcher&) = delete;
  SlicePrefetcher& operator=(const SlicePrefetcher&) = delete;

  // The next slice as TensorFromSlice gives it, with its errors. OutOfRange
  // after the last one.
  absl::StatusOr<at::Tensor> Next();

 private:
  void ReadLoop();
  // The index of the next slice to read once there is room for it; the number
  // of slices when there is none left or the prefetcher is going away.
  size_t WaitForRoom();
  int64_t StoredBytes(const TensorSlice& slice) const;

  const Checkpoint& checkpoint_;
  const std::vector<TensorSlice> slices_;
  const Options options_;

  std::mutex mu_;
  std::condition_variable changed_;
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
  size_t next_to_read_ ABSL_GUARDED_BY(mu_) = 0;
  size_t next_to_return_ ABSL_GUARDED_BY(mu_) = 0;
  int64_t bytes_ahead_ ABSL_GUARDED_BY(mu_) = 0;
  std::map<size_t, absl::StatusOr<at::Tensor>> read_ ABSL_GUARDED_BY(mu_);

  std::vector<std::thread> readers_;  // Last: they use everything above.
};

}  // namespace decant

#endif  // DECANT_WORKER_IO_SLICE_PREFETCHER_H_
