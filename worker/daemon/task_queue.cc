#include "worker/daemon/task_queue.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <utility>

namespace decant {
namespace {

// Bounds what a wrong deadline can cost.
constexpr absl::Duration kMaxWait = absl::Seconds(60);

}  // namespace

TaskQueue::TaskQueue() : fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

TaskQueue::~TaskQueue() { close(fd_); }

void TaskQueue::Post(std::function<void()> task) {
  const std::lock_guard<std::mutex> lock(mu_);
  tasks_.push_back(std::move(task));
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t n = write(fd_, &one, sizeof(one));
}

void TaskQueue::Wait(absl::Duration limit) {
  // Rounded up: a wake-up just before a deadline would only spin.
  const absl::Duration wait = absl::Ceil(
      std::clamp(limit, absl::ZeroDuration(), kMaxWait), absl::Milliseconds(1));
  pollfd poller = {fd_, POLLIN, 0};
  poll(&poller, 1, static_cast<int>(absl::ToInt64Milliseconds(wait)));
}

void TaskQueue::RunAll() {
  std::vector<std::function<void()>> tasks;
  {
    const std::lock_guard<std::mutex> lock(mu_);
    uint64_t count = 0;
    [[maybe_unused]] const ssize_t n = read(fd_, &count, sizeof(count));
    tasks.swap(tasks_);
  }
  for (const std::function<void()>& task : tasks) task();
}

}  // namespace decant
