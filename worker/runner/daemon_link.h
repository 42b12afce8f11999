// The runner's end of the socketpair, and its self-stop.
//
// A reader thread takes frames and watches the lease deadline: when it passes
// without a renewal, or the daemon is gone, it ends the whole process, however
// deep in a kernel the op may be. The daemon may be frozen at that time.
#ifndef DECANT_WORKER_RUNNER_DAEMON_LINK_H_
#define DECANT_WORKER_RUNNER_DAEMON_LINK_H_

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "worker/frames/exit_codes.h"
#include "worker/frames/frame.h"
#include "worker/frames/frame_codec.h"

namespace decant {

// Thread-safe.
class DaemonLink {
 public:
  // Takes `fd` over. `end_process` is called on the reader thread and, in a
  // real runner, does not return.
  DaemonLink(int fd, std::function<void(int exit_code)> end_process);
  ~DaemonLink();

  // The next unit, waiting for it; nullopt when the runner should end. From
  // now on the deadline counts and IsCancelled() is about this unit.
  std::optional<RunFrame> NextRun();

  // True once the current unit is to end.
  bool IsCancelled() const;

  // Unavailable when the daemon is gone.
  absl::Status Send(const Frame& frame);
  // As Send, for the last frame of the current unit: no deadline any more.
  absl::Status FinishRun(const Frame& outcome);

 private:
  void ReadLoop();
  // Takes what the socket holds. False when the loop is to end.
  bool ReadSome();
  void Take(Frame frame);
  void End(int exit_code);
  std::optional<absl::Duration> Remaining() const;

  const int fd_;
  const std::function<void(int)> end_process_;
  FrameDecoder decoder_;  // Of the reader thread.

  std::mutex write_mu_;  // One frame at a time.
  mutable std::mutex mu_;
  std::condition_variable changed_;
  std::deque<RunFrame> runs_;               // Under mu_, as all below.
  std::optional<absl::Duration> deadline_;  // Steady; unset between units.
  int64_t current_ = 0;                     // Attempt; 0: none.
  bool cancelled_ = false;
  bool ended_ = false;    // No further unit: bye, or the daemon is gone.
  bool closing_ = false;  // The destructor waits for the reader.

  std::thread reader_;  // Last: it uses all of the above.
};

}  // namespace decant

#endif  // DECANT_WORKER_RUNNER_DAEMON_LINK_H_
