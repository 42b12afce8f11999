// A few threads for work that may take long: headers, a network filesystem.
#ifndef DECANT_COORDINATOR_DISPATCH_SLOW_POOL_H_
#define DECANT_COORDINATOR_DISPATCH_SLOW_POOL_H_

#include <functional>
#include <thread>
#include <vector>

#include "coordinator/dispatch/mailbox.h"

namespace decant {

class SlowPool {
 public:
  explicit SlowPool(int num_threads);
  // As Stop().
  ~SlowPool();
  SlowPool(const SlowPool&) = delete;
  SlowPool& operator=(const SlowPool&) = delete;

  // Runs `work` on one of the threads; drops it after Stop. Thread-safe.
  void Run(std::function<void()> work);
  // Waits for what runs; what has not begun is dropped. Idempotent.
  void Stop();

 private:
  void RunThread();

  Mailbox<std::function<void()>> mailbox_;
  std::vector<std::thread> threads_;
};

}  // namespace decant

#endif  // DECANT_COORDINATOR_DISPATCH_SLOW_POOL_H_
