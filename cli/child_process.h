// A program of ours that lives no longer than we do.
#ifndef DECANT_CLI_CHILD_PROCESS_H_
#define DECANT_CLI_CHILD_PROCESS_H_

#include <sys/types.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace decant {

// Used by one thread.
class ChildProcess {
 public:
  // Runs `program` with `arguments`, stdout and stderr appended to `log_path`.
  // The kernel kills it when the calling thread ends (so start children from
  // the main thread), even by kill -9; a Ctrl-C at the terminal does not reach
  // it, because it has a process group of its own.
  //
  // NotFound when there is no such program.
  static absl::StatusOr<std::unique_ptr<ChildProcess>> Start(
      const std::string& program, const std::vector<std::string>& arguments,
      const std::string& log_path);
  // Stops it.
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  pid_t pid() const { return pid_; }
  bool IsRunning();
  // SIGTERM, and SIGKILL to its whole group after `grace`. Idempotent.
  void Stop(absl::Duration grace);
  // Its exit code (128 + n after signal n), or nullopt when it still runs after
  // `patience`.
  std::optional<int> WaitForExit(absl::Duration patience);
  // How it ended, with the last line of its log: "decant-worker exited with
  // code 1: <line>". For errors.
  std::string DescribeEnd();

 private:
  ChildProcess(pid_t pid, std::string name, std::string log_path)
      : pid_(pid), name_(std::move(name)), log_path_(std::move(log_path)) {}

  const pid_t pid_;
  const std::string name_;
  const std::string log_path_;
  bool has_ended_ = false;
  int wait_status_ = 0;
};

// `name` in the folder of the running program. FailedPrecondition says where it
// looked: the installation is not whole.
absl::StatusOr<std::string> FindSiblingProgram(absl::string_view name);

}  // namespace decant

#endif  // DECANT_CLI_CHILD_PROCESS_H_
