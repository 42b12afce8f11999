#include "worker/daemon/runner_process.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/memory/memory.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/log.h"
#include "worker/frames/exit_codes.h"

extern char** environ;

namespace decant {
namespace {

constexpr int kRunnerFd = 3;
constexpr int kExecFailed = 127;
constexpr size_t kReadBytes = 64 << 10;
// Between the end of its socket and the end of a process.
constexpr absl::Duration kClosingTime = absl::Seconds(2);

// Everything execve needs, made before the fork: the child of a process with
// threads may not allocate.
class ExecImage {
 public:
  explicit ExecImage(const RunnerCommandLine& command) {
    arguments_ = command.arguments;
    arguments_.push_back("--fd");
    arguments_.push_back(absl::StrCat(kRunnerFd));
    for (char** entry = environ; *entry != nullptr; ++entry) {
      if (!IsReplaced(command, *entry)) environment_.push_back(*entry);
    }
    for (const auto& [name, value] : command.environment) {
      environment_.push_back(absl::StrCat(name, "=", value));
    }
    for (std::string& text : arguments_) argv_.push_back(text.data());
    for (std::string& text : environment_) envp_.push_back(text.data());
    argv_.push_back(nullptr);
    envp_.push_back(nullptr);
  }
  void Exec() const { execve(argv_[0], argv_.data(), envp_.data()); }

 private:
  static bool IsReplaced(const RunnerCommandLine& command,
                         absl::string_view entry) {
    for (const auto& [name, value] : command.environment) {
      if (absl::StartsWith(entry, absl::StrCat(name, "="))) return true;
    }
    return false;
  }

  std::vector<std::string> arguments_;
  std::vector<std::string> environment_;
  std::vector<char*> argv_;
  std::vector<char*> envp_;
};

// Runs between fork and exec: only async-signal-safe calls.
[[noreturn]] void BecomeRunner(const ExecImage& image, pid_t parent,
                               int socket_fd, int log_fd) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(kExecFailed);  // It died before prctl.
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  signal(SIGPIPE, SIG_DFL);
  const int null_fd = open("/dev/null", O_RDWR);
  dup2(null_fd, STDIN_FILENO);
  // stdout carries nothing: what a library prints there joins the log.
  dup2(log_fd, STDOUT_FILENO);
  dup2(log_fd, STDERR_FILENO);
  dup2(socket_fd, kRunnerFd);  // Clears close-on-exec.
  syscall(SYS_close_range, kRunnerFd + 1, ~0U, 0);
  image.Exec();
  static constexpr char kMessage[] = "cannot execute the runner program\n";
  [[maybe_unused]] const ssize_t n =
      write(STDERR_FILENO, kMessage, sizeof(kMessage) - 1);
  _exit(kExecFailed);
}

void CloseFd(int& fd) {
  if (fd >= 0) close(fd);
  fd = -1;
}

// An fd of the child's ends that the dup2 calls above cannot overwrite.
void MoveAbove(int& fd, int minimum) {
  if (fd < 0 || fd >= minimum) return;
  const int moved = fcntl(fd, F_DUPFD_CLOEXEC, minimum);
  close(fd);
  fd = moved;
}

RunnerExit DescribeExit(int status) {
  if (WIFSIGNALED(status)) {
    const int number = WTERMSIG(status);
    const char* name = sigabbrev_np(number);
    return {.how = absl::StrCat("died with SIG", name == nullptr ? "?" : name,
                                " (", strsignal(number), ")")};
  }
  const int code = WEXITSTATUS(status);
  return {.how = code == 0 ? "ended" : absl::StrCat("exited with code ", code),
          .lease_ran_out = code == kExitDeadline};
}

}  // namespace

absl::StatusOr<std::unique_ptr<RunnerProcess>> RunnerProcess::Start(
    const RunnerCommandLine& command) {
  const ExecImage image(command);
  int sockets[2] = {-1, -1};
  int pipes[2] = {-1, -1};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) != 0 ||
      pipe2(pipes, O_CLOEXEC) != 0) {
    const int error = errno;
    for (int* fd : {&sockets[0], &sockets[1]}) CloseFd(*fd);
    return absl::UnavailableError(
        absl::StrCat("cannot start a runner: ", strerror(error)));
  }
  MoveAbove(sockets[1], kRunnerFd + 1);
  MoveAbove(pipes[1], kRunnerFd + 1);
  fcntl(sockets[0], F_SETFL, O_NONBLOCK);
  fcntl(pipes[0], F_SETFL, O_NONBLOCK);
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid == 0) BecomeRunner(image, parent, sockets[1], pipes[1]);
  const int error = errno;
  CloseFd(sockets[1]);
  CloseFd(pipes[1]);
  const int exit_fd =
      pid < 0 ? -1 : static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
  if (pid < 0 || exit_fd < 0) {
    if (pid > 0) {
      kill(pid, SIGKILL);
      waitpid(pid, nullptr, 0);
    }
    CloseFd(sockets[0]);
    CloseFd(pipes[0]);
    return absl::UnavailableError(
        absl::StrCat("cannot start a runner: ", strerror(error)));
  }
  fcntl(exit_fd, F_SETFD, FD_CLOEXEC);
  return absl::WrapUnique(
      new RunnerProcess(pid, sockets[0], pipes[0], exit_fd));
}

RunnerProcess::~RunnerProcess() {
  if (!reaped_) {
    Kill();
    int status = 0;
    while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
  }
  CloseFd(socket_fd_);
  CloseFd(log_fd_);
  CloseFd(exit_fd_);
}

void RunnerProcess::Send(const Frame& frame) {
  const absl::StatusOr<std::string> bytes = EncodeFrame(frame);
  if (!bytes.ok()) {
    Log(LogLevel::kError, bytes.status().message());
    Kill();
    return;
  }
  if (socket_fd_ < 0) return;
  unsent_ += *bytes;
  SendMore();
}

void RunnerProcess::SendMore() {
  while (!unsent_.empty()) {
    const ssize_t n =
        send(socket_fd_, unsent_.data(), unsent_.size(), MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) return;
    if (n < 0) {  // It is gone; exit_fd says so.
      unsent_.clear();
      return;
    }
    unsent_.erase(0, static_cast<size_t>(n));
  }
}

std::vector<Frame> RunnerProcess::Receive() {
  std::string buffer(kReadBytes, '\0');
  while (socket_fd_ >= 0) {
    const ssize_t n = recv(socket_fd_, buffer.data(), buffer.size(), 0);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) break;
    if (n <= 0) {
      // Its end follows on exit_fd, or never.
      CloseFd(socket_fd_);
      unsent_.clear();
      break;
    }
    decoder_.Append(absl::string_view(buffer.data(), static_cast<size_t>(n)));
  }
  std::vector<Frame> frames;
  for (;;) {
    absl::StatusOr<std::optional<Frame>> next = decoder_.Next();
    if (!next.ok()) {
      Log(LogLevel::kError,
          absl::StrCat("the runner talks nonsense, killing it: ",
                       next.status().message()));
      Kill();
      CloseFd(socket_fd_);
      return frames;
    }
    if (!next->has_value()) return frames;
    frames.push_back(**std::move(next));
  }
}

void RunnerProcess::ReadLog() {
  std::string buffer(kReadBytes, '\0');
  while (log_fd_ >= 0) {
    const ssize_t n = read(log_fd_, buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) return;
    if (n <= 0) {
      CloseFd(log_fd_);
      return;
    }
    log_.Append(absl::string_view(buffer.data(), static_cast<size_t>(n)));
  }
}

void RunnerProcess::Kill() {
  // Also directly: the child may not have made its group yet.
  kill(-pid_, SIGKILL);
  if (!reaped_) kill(pid_, SIGKILL);
}

std::optional<RunnerExit> RunnerProcess::PollExit(absl::Duration now) {
  int status = 0;
  if (reaped_) return std::nullopt;
  if (waitpid(pid_, &status, WNOHANG) != pid_) {
    if (socket_fd_ < 0 && !closed_at_.has_value()) closed_at_ = now;
    if (closed_at_.has_value() && now - *closed_at_ > kClosingTime) Kill();
    return std::nullopt;
  }
  // Helpers it started die with it. (The group's id is not reused while one
  // of them lives.)
  kill(-pid_, SIGKILL);
  reaped_ = true;
  ReadLog();
  return DescribeExit(status);
}

}  // namespace decant
