#include "worker/io/slice_prefetcher.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "worker/io/tensor_file.h"

namespace decant {

SlicePrefetcher::SlicePrefetcher(const Checkpoint& checkpoint,
                                 std::vector<TensorSlice> slices,
                                 Options options)
    : checkpoint_(checkpoint), slices_(std::move(slices)), options_(options) {
  const int num_readers = std::max(
      1, std::min(options_.num_readers, static_cast<int>(slices_.size())));
  for (int i = 0; i < num_readers; ++i) {
    readers_.emplace_back([this] { ReadLoop(); });
  }
}

SlicePrefetcher::~SlicePrefetcher() {
  {
    std::lock_guard<std::mutex> lock(mu_);
    stopping_ = true;
  }
  changed_.notify_all();
  for (std::thread& reader : readers_) reader.join();
}

int64_t SlicePrefetcher::StoredBytes(const TensorSlice& slice) const {
  const TensorInfo* info = checkpoint_.Find(slice.name);
  const auto shape = checkpoint_.SliceShape(slice);
  if (info == nullptr || !shape.ok()) return 0;  // The read will say why.
  int64_t bytes = DTypeSizeBytes(info->dtype);
  for (const int64_t extent : *shape) bytes *= extent;
  return bytes;
}

size_t SlicePrefetcher::WaitForRoom() {
  std::unique_lock<std::mutex> lock(mu_);
  while (true) {
    if (stopping_ || next_to_read_ == slices_.size()) return slices_.size();
    const int64_t bytes = StoredBytes(slices_[next_to_read_]);
    if (bytes_ahead_ == 0 || bytes_ahead_ + bytes <= options_.ahead_bytes) {
      bytes_ahead_ += bytes;
      return next_to_read_++;
    }
    changed_.wait(lock);
  }
}

void SlicePrefetcher::ReadLoop() {
  while (true) {
    const size_t index = WaitForRoom();
    if (index == slices_.size()) return;
    absl::StatusOr<at::Tensor> stored = ReadStoredSlice(
        checkpoint_, slices_[index], /*pinned=*/options_.device.is_cuda());
    {
      std::lock_guard<std::mutex> lock(mu_);
      read_.emplace(index, std::move(stored));
    }
    changed_.notify_all();
  }
}

absl::StatusOr<at::Tensor> SlicePrefetcher::Next() {
  std::unique_lock<std::mutex> lock(mu_);
  const size_t index = next_to_return_;
  if (index == slices_.size()) {
    return absl::OutOfRangeError("every slice has been read");
  }
  changed_.wait(lock, [&] { return read_.count(index) > 0; });
  absl::StatusOr<at::Tensor> stored = std::move(read_.extract(index).mapped());
  ++next_to_return_;
  bytes_ahead_ -= StoredBytes(slices_[index]);
  lock.unlock();
  changed_.notify_all();

  if (!stored.ok()) return stored.status();
  return ToCheckedFloat(*stored, slices_[index], options_.device);
}

}  // namespace decant
