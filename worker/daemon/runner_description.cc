#include "worker/daemon/runner_description.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/files.h"
#include "common/base/json.h"
#include "common/base/param_reader.h"
#include "common/base/status_macros.h"

extern char** environ;

namespace decant {
namespace {

std::string ReadAll(int fd) {
  std::string text;
  std::array<char, 4096> buffer;
  for (;;) {
    const ssize_t n = read(fd, buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return text;
    text.append(buffer.data(), static_cast<size_t>(n));
  }
}

// stdout of the program. The error names the program.
absl::StatusOr<std::string> OutputOf(std::vector<std::string> arguments) {
  int pipes[2];
  if (pipe2(pipes, O_CLOEXEC) != 0) {
    return absl::UnavailableError(absl::StrCat("pipe: ", strerror(errno)));
  }
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, pipes[1], STDOUT_FILENO);
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  pid_t pid = 0;
  const int error =
      posix_spawn(&pid, argv[0], &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(pipes[1]);
  std::string text;
  int status = 0;
  if (error == 0) {
    text = ReadAll(pipes[0]);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
  }
  close(pipes[0]);
  if (error != 0) return ErrnoStatus(error, "run", arguments[0]);
  if (status == 0) return text;
  return absl::FailedPreconditionError(absl::StrCat(
      arguments[0], " --describe failed (",
      WIFSIGNALED(status) ? absl::StrCat("signal ", WTERMSIG(status))
                          : absl::StrCat("exit code ", WEXITSTATUS(status)),
      "); its message stands above"));
}

}  // namespace

absl::StatusOr<RunnerDescription> ParseRunnerDescription(
    absl::string_view text) {
  ASSIGN_OR_RETURN(const Json json, ParseJson(text, "runner description"));
  ParamReader reader(json, "runner description");
  RunnerDescription description;
  description.numerics_class = reader.String("numerics_class");
  const Json ops = reader.Value("ops");
  const Json devices = reader.Value("cuda_devices");
  if (!ops.is_object()) reader.Fail("ops", "must be an object");
  if (!devices.is_array()) reader.Fail("cuda_devices", "must be a list");
  for (const auto& [name, version] : ops.items()) {
    if (!version.is_number_integer()) reader.Fail("ops", "must be versions");
    if (version.is_number_integer()) {
      description.ops[name] = version.get<int64_t>();
    }
  }
  RETURN_IF_ERROR(reader.Finish());
  for (const Json& entry : devices) {
    ParamReader device_reader(entry, "runner description: CUDA device");
    RunnerDescription::CudaDevice device;
    device.name = device_reader.String("name");
    device.memory_bytes = device_reader.Int("memory_bytes", {.min = 0});
    device_reader.Int("compute_capability");
    RETURN_IF_ERROR(device_reader.Finish());
    description.cuda_devices.push_back(std::move(device));
  }
  return description;
}

absl::StatusOr<RunnerDescription> DescribeRunner(const std::string& runner,
                                                 const std::string& device,
                                                 int threads) {
  ASSIGN_OR_RETURN(const std::string text,
                   OutputOf({runner, "--describe", "--device", device,
                             "--threads", absl::StrCat(threads)}));
  absl::StatusOr<RunnerDescription> description = ParseRunnerDescription(text);
  if (description.ok()) return description;
  return absl::FailedPreconditionError(absl::StrCat(
      runner,
      " is no runner of this release: ", description.status().message()));
}

}  // namespace decant
