#include "coordinator/dispatch/slow_pool.h"

#include <optional>
#include <utility>

namespace decant {

SlowPool::SlowPool(int num_threads) {
  for (int i = 0; i < num_threads; ++i) {
    threads_.emplace_back([this] { RunThread(); });
  }
}

SlowPool::~SlowPool() { Stop(); }

void SlowPool::Run(std::function<void()> work) {
  mailbox_.Post(std::move(work));
}

void SlowPool::RunThread() {
  while (true) {
    const auto taken = mailbox_.Take(1, std::nullopt);
    // Nothing without a time limit: closed.
    if (taken.empty()) return;
    taken.front()();
  }
}

void SlowPool::Stop() {
  mailbox_.Close();
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

}  // namespace decant
