// One runner as a child process: a socketpair for frames, a pipe for stderr,
// its own process group.
#ifndef DECANT_WORKER_DAEMON_RUNNER_PROCESS_H_
#define DECANT_WORKER_DAEMON_RUNNER_PROCESS_H_

#include <sys/types.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "worker/daemon/log_ring.h"
#include "worker/frames/frame.h"
#include "worker/frames/frame_codec.h"

namespace decant {

struct RunnerCommandLine {
  // The first is the program's path. "--fd 3" is added.
  std::vector<std::string> arguments;
  // Set in addition to the daemon's own environment.
  std::vector<std::pair<std::string, std::string>> environment;
};

// How a runner ended.
struct RunnerExit {
  // "died with SIGSEGV (Segmentation fault)", "exited with code 3", "ended".
  std::string how;
  // It stopped itself because its lease ran out: nothing failed.
  bool lease_ran_out = false;
};

// Not thread-safe. Nothing here blocks.
class RunnerProcess {
 public:
  // Forks and executes. The kernel kills the child when the *thread* that
  // called this ends: call it on a thread that lives as long as the daemon.
  // Unavailable when the system refuses; a program that cannot be executed
  // shows as an exit with code 127.
  static absl::StatusOr<std::unique_ptr<RunnerProcess>> Start(
      const RunnerCommandLine& command);
  // Kills and reaps what still lives.
  ~RunnerProcess();

  // To be polled: frames and end of process arrive on socket_fd and exit_fd,
  // log lines on log_fd. -1 once closed.
  int socket_fd() const { return socket_fd_; }
  int log_fd() const { return log_fd_; }
  int exit_fd() const { return exit_fd_; }
  // Whether frames wait for room in the socket.
  bool has_unsent() const { return !unsent_.empty(); }

  // Queues the frame and sends what the socket takes. A runner that reads no
  // more (frozen) costs memory, not time.
  void Send(const Frame& frame);
  void SendMore();

  // Frames that have arrived. A broken stream kills the runner.
  std::vector<Frame> Receive();
  void ReadLog();
  LogRing& log() { return log_; }

  // SIGKILL to the whole process group.
  void Kill();
  // nullopt while it runs. Reads the rest of the log. A runner that closed its
  // socket and does not end is killed.
  std::optional<RunnerExit> PollExit(absl::Duration now);
  // Whether PollExit must be asked again soon although nothing arrives.
  bool is_closing() const { return socket_fd_ < 0; }

 private:
  RunnerProcess(pid_t pid, int socket_fd, int log_fd, int exit_fd)
      : pid_(pid), socket_fd_(socket_fd), log_fd_(log_fd), exit_fd_(exit_fd) {}

  pid_t pid_;
  int socket_fd_;
  int log_fd_;
  int exit_fd_;
  bool reaped_ = false;
  std::optional<absl::Duration> closed_at_;  // Steady; of its socket.
  std::string unsent_;
  FrameDecoder decoder_;
  LogRing log_;
};

}  // namespace decant

#endif  // DECANT_WORKER_DAEMON_RUNNER_PROCESS_H_
