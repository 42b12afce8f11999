// Tasks that other threads want done on one thread.
#ifndef DECANT_WORKER_DAEMON_TASK_QUEUE_H_
#define DECANT_WORKER_DAEMON_TASK_QUEUE_H_

#include <functional>
#include <mutex>
#include <vector>

#include "absl/time/time.h"

namespace decant {

// Post is thread-safe; the rest is for the one thread.
class TaskQueue {
 public:
  TaskQueue();
  ~TaskQueue();
  TaskQueue(const TaskQueue&) = delete;
  TaskQueue& operator=(const TaskQueue&) = delete;

  void Post(std::function<void()> task);

  // Readable while tasks wait, for a poll(2) of the thread's own.
  int fd() const { return fd_; }
  // Waits until a task is there or `limit` has passed.
  void Wait(absl::Duration limit);
  // Runs what was posted so far, in order.
  void RunAll();

 private:
  const int fd_;
  std::mutex mu_;
  std::vector<std::function<void()>> tasks_;  // Under mu_.
};

}  // namespace decant

#endif  // DECANT_WORKER_DAEMON_TASK_QUEUE_H_
