// Owns the runner processes of all slots on one long-lived thread: the kernel
// kills a runner when the thread that forked it ends.
#ifndef DECANT_WORKER_DAEMON_RUNNER_SUPERVISOR_H_
#define DECANT_WORKER_DAEMON_RUNNER_SUPERVISOR_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "worker/daemon/runner_process.h"
#include "worker/daemon/task_queue.h"
#include "worker/frames/frame.h"

namespace decant {

// Something a runner said, or how it ended (RunnerProcess::PollExit; also when
// it could not be started).
struct RunnerEvent {
  size_t slot = 0;
  std::optional<Frame> frame;  // Unset: the process ended.
  RunnerExit exit;             // Then: how.
  // Of the attempt so far, with the outcome or the end: last lines, and all.
  std::string log_tail;
  std::string log;
};

// Thread-safe. Commands return at once.
class RunnerSupervisor {
 public:
  // `commands`, one per slot. `sink` is called on the supervisor's thread and
  // must not block.
  RunnerSupervisor(std::vector<RunnerCommandLine> commands,
                   std::function<void(RunnerEvent)> sink);
  // Kills all runners.
  ~RunnerSupervisor();

  void Start(size_t slot);
  void Send(size_t slot, Frame frame);
  void Kill(size_t slot);

 private:
  void Loop();
  void Poll();
  void Attend(size_t slot);
  void StartNow(size_t slot);
  void Report(size_t slot, std::optional<Frame> frame, RunnerExit exit);

  const std::vector<RunnerCommandLine> commands_;
  const std::function<void(RunnerEvent)> sink_;
  // Of the supervisor's thread, as stop_; null: no process.
  std::vector<std::unique_ptr<RunnerProcess>> runners_;
  bool stop_ = false;

  TaskQueue tasks_;
  std::thread thread_;  // Last: it uses all of the above.
};

}  // namespace decant

#endif  // DECANT_WORKER_DAEMON_RUNNER_SUPERVISOR_H_
