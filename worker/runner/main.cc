// decant-runner: does the tensor work of one slot.
#include <ATen/core/grad_mode.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <iostream>
#include <string>

#include "common/base/log.h"
#include "common/base/version.h"
#include "worker/frames/runner_environment.h"
#include "worker/ops/op_registry.h"
#include "worker/runner/cuda_devices.h"
#include "worker/runner/daemon_link.h"
#include "worker/runner/numerics.h"
#include "worker/runner/once.h"
#include "worker/runner/serve.h"

namespace decant {
namespace {

struct Flags {
  int fd = -1;
  std::string device = "cpu";
  int threads = 1;
  std::string once;
  bool describe = false;
};

int Fail(const absl::Status& status) {
  Log(LogLevel::kError, status.message());
  return ExitCodeOf(status);
}

// OpenMP and MKL read the environment as they are loaded, before main(): it
// takes a fresh start to change it.
void RestartWithEnvironment(int threads, char** argv) {
  if (HasRunnerEnvironment(threads)) return;
  for (const auto& [name, value] : RunnerEnvironment(threads)) {
    setenv(name.c_str(), value.c_str(), /*overwrite=*/1);
  }
  execv("/proc/self/exe", argv);
  Log(LogLevel::kWarning,
      "cannot restart with a pinned environment; results may differ in the "
      "last bits");
}

// A 480B checkpoint has hundreds of shards, each an open file.
void RaiseFileLimit() {
  rlimit limit = {};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

int ServeDaemon(int fd, UnitRunner& runner) {
  // The daemon forks from a thread that lives as long as it does.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  // Helper processes of ops must not keep the daemon's socket open.
  fcntl(fd, F_SETFD, FD_CLOEXEC);
  DaemonLink link(fd, [](int exit_code) { _exit(exit_code); });
  const absl::Status status = Serve(link, runner);
  return status.ok() ? 0 : Fail(status);
}

int Run(const Flags& flags) {
  RaiseFileLimit();
  if (const absl::Status status = PinNumerics(flags.threads); !status.ok()) {
    return Fail(status);
  }
  const std::string device = flags.device != "auto"         ? flags.device
                             : VisibleCudaDevices().empty() ? "cpu"
                                                            : "cuda:0";
  const absl::StatusOr<std::string> numerics_class =
      NumericsClass(device, flags.threads);
  if (!numerics_class.ok()) return Fail(numerics_class.status());
  OpRegistry registry;
  RegisterBuiltinOps(registry);
  if (flags.describe) {
    std::cout << CanonicalJson(Describe(registry, *numerics_class)) << "\n";
    return 0;
  }
  const at::NoGradGuard no_grad;
  const UnitRunner::Options options = {.device = device,
                                       .threads = flags.threads,
                                       .numerics_class = *numerics_class};
  if (flags.fd >= 0) {
    UnitRunner runner(registry, options);
    return ServeDaemon(flags.fd, runner);
  }
  const absl::StatusOr<UnitResult> result =
      RunOnce(flags.once, registry, options);
  if (!result.ok()) return Fail(result.status());
  std::cout << result->ToJson().dump(2) << "\n";
  return 0;
}

}  // namespace
}  // namespace decant

int main(int argc, char** argv) {
  decant::Flags flags;
  CLI::App app(
      "Decant runner: executes units on one device. Started by "
      "decant-worker; by hand for --once and --describe.");
  app.set_version_flag("--version", decant::kVersion);
  app.add_option("--device", flags.device,
                 "cpu, cuda, cuda:<index> or auto (cuda if there is one)");
  app.add_option("--threads", flags.threads, "CPU threads of an op")
      ->check(CLI::Range(1, 1024));
  CLI::Option_group* mode = app.add_option_group("mode");
  mode->add_option("--fd", flags.fd, "socket to the daemon");
  mode->add_option("--once", flags.once,
                   "run the unit order in this JSON file, print its result");
  mode->add_flag("--describe", flags.describe,
                 "print numerics class, ops and CUDA devices as JSON");
  mode->require_option(1);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  decant::RestartWithEnvironment(flags.threads, argv);
  return decant::Run(flags);
}
