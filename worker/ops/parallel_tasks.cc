#include "worker/ops/parallel_tasks.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>
#include <vector>

namespace decant {
namespace {

// The failure with the lowest index. Thread-safe.
class FirstFailure {
 public:
  void Record(size_t index, absl::Status status) {
    std::lock_guard<std::mutex> lock(mu_);
    if (!status_.ok() && index_ <= index) return;
    index_ = index;
    status_ = std::move(status);
    failed_ = true;
  }
  bool failed() const { return failed_; }
  absl::Status Take() { return std::move(status_); }

 private:
  std::atomic<bool> failed_ = false;
  std::mutex mu_;
  size_t index_ = 0;
  absl::Status status_;
};

}  // namespace

absl::Status RunTasks(int num_threads, size_t num_tasks,
                      const std::function<absl::Status(size_t)>& task) {
  std::atomic<size_t> next = 0;
  FirstFailure failure;
  const auto work = [&] {
    while (!failure.failed()) {
      const size_t index = next.fetch_add(1);
      if (index >= num_tasks) return;
      absl::Status status = task(index);
      if (!status.ok()) failure.Record(index, std::move(status));
    }
  };
  std::vector<std::thread> threads;
  const size_t wanted =
      std::min(static_cast<size_t>(std::max(num_threads, 1)), num_tasks);
  for (size_t i = 1; i < wanted; ++i) threads.emplace_back(work);
  work();
  for (std::thread& thread : threads) thread.join();
  return failure.Take();
}

}  // namespace decant
