#include "cli/child_process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/base/clock.h"
#include "common/base/files.h"
#include "common/base/status_macros.h"

namespace decant {
namespace {

constexpr absl::Duration kPollInterval = absl::Milliseconds(10);
constexpr absl::Duration kDefaultGrace = absl::Seconds(5);
constexpr size_t kMaxLogLine = 500;

// Runs in the child between fork and exec: async-signal-safe calls only.
[[noreturn]] void BecomeProgram(pid_t parent, int log, char* const* argv) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  // The parent may have died before the line above.
  if (getppid() != parent) _exit(127);
  setpgid(0, 0);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  signal(SIGPIPE, SIG_DFL);
  const int null = open("/dev/null", O_RDONLY);
  dup2(null, STDIN_FILENO);
  dup2(log, STDOUT_FILENO);
  dup2(log, STDERR_FILENO);
  execv(argv[0], argv);
  _exit(127);
}

std::string LastLine(const std::string& path) {
  const absl::StatusOr<std::string> text = ReadFile(path);
  if (!text.ok()) return "";
  const absl::string_view trimmed = absl::StripAsciiWhitespace(*text);
  const size_t newline = trimmed.rfind('\n');
  const size_t begin = newline == absl::string_view::npos ? 0 : newline + 1;
  return std::string(trimmed.substr(begin).substr(0, kMaxLogLine));
}

}  // namespace

absl::StatusOr<std::unique_ptr<ChildProcess>> ChildProcess::Start(
    const std::string& program, const std::vector<std::string>& arguments,
    const std::string& log_path) {
  if (access(program.c_str(), X_OK) != 0) {
    return ErrnoStatus(errno, "starting", program);
  }
  const int log =
      open(log_path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (log < 0) return ErrnoStatus(errno, "opening", log_path);
  // Made before fork: the child must not allocate.
  std::vector<char*> argv = {const_cast<char*>(program.c_str())};
  for (const std::string& argument : arguments) {
    argv.push_back(const_cast<char*>(argument.c_str()));
  }
  argv.push_back(nullptr);
  const pid_t self = getpid();
  const pid_t pid = fork();
  if (pid == 0) BecomeProgram(self, log, argv.data());
  const int fork_errno = errno;
  close(log);
  if (pid < 0) return ErrnoStatus(fork_errno, "starting", program);
  return absl::WrapUnique(new ChildProcess(pid, BaseName(program), log_path));
}

ChildProcess::~ChildProcess() { Stop(kDefaultGrace); }

bool ChildProcess::IsRunning() {
  if (has_ended_) return false;
  has_ended_ = waitpid(pid_, &wait_status_, WNOHANG) == pid_;
  return !has_ended_;
}

void ChildProcess::Stop(absl::Duration grace) {
  if (!IsRunning()) return;
  kill(pid_, SIGTERM);
  const absl::Duration deadline = SteadyNow() + grace;
  while (IsRunning() && SteadyNow() < deadline) absl::SleepFor(kPollInterval);
  if (has_ended_) return;
  kill(-pid_, SIGKILL);
  waitpid(pid_, &wait_status_, 0);
  has_ended_ = true;
}

std::optional<int> ChildProcess::WaitForExit(absl::Duration patience) {
  const absl::Duration deadline = SteadyNow() + patience;
  while (IsRunning()) {
    if (SteadyNow() >= deadline) return std::nullopt;
    absl::SleepFor(kPollInterval);
  }
  return WIFSIGNALED(wait_status_) ? 128 + WTERMSIG(wait_status_)
                                   : WEXITSTATUS(wait_status_);
}

std::string ChildProcess::DescribeEnd() {
  if (IsRunning()) return absl::StrCat(name_, " is running");
  const std::string how =
      WIFSIGNALED(wait_status_)
          ? absl::StrCat("was killed by signal ", WTERMSIG(wait_status_))
          : absl::StrCat("exited with code ", WEXITSTATUS(wait_status_));
  const std::string line = LastLine(log_path_);
  return line.empty() ? absl::StrCat(name_, " ", how, "; log: ", log_path_)
                      : absl::StrCat(name_, " ", how, ": ", line);
}

absl::StatusOr<std::string> FindSiblingProgram(absl::string_view name) {
  ASSIGN_OR_RETURN(const std::string self, ResolvePath("/proc/self/exe"));
  const std::string path = JoinPath(DirName(self), name);
  if (FileExists(path)) return path;
  return absl::FailedPreconditionError(
      absl::StrCat(name, " is not beside this program (", DirName(self),
                   "); install the programs of Decant into one folder"));
}

}  // namespace decant
