// decant-worker: one per host; asks a coordinator for units and has runners
// execute them.
#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/base/files.h"
#include "common/base/host_port.h"
#include "common/base/ids.h"
#include "common/base/log.h"
#include "common/base/status_macros.h"
#include "common/base/version.h"
#include "worker/daemon/daemon.h"
#include "worker/daemon/worker_setup.h"

namespace decant {
namespace {

// Waits for SIGTERM and SIGINT, which all threads block.
void ForwardSignals(const sigset_t& signals, Daemon& daemon) {
  for (;;) {
    int number = 0;
    if (sigwait(&signals, &number) != 0) continue;
    daemon.Stop();
  }
}

int Fail(const absl::Status& status) {
  Log(LogLevel::kError, status.message());
  return absl::IsInvalidArgument(status) ? 2 : absl::IsNotFound(status) ? 3 : 1;
}

int Run(const WorkerFlags& flags) {
  absl::StatusOr<DaemonOptions> options = SetUpWorker(flags);
  if (!options.ok()) return Fail(options.status());
  const WorkerDescription& description = options->description;
  Log(LogLevel::kInfo,
      absl::StrCat("worker ", description.id, " with ",
                   description.slots.size(), " slot(s) of class ",
                   description.numerics_class));
  // Before any thread starts, so that all inherit it.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  Daemon daemon(*std::move(options));
  std::thread([&signals, &daemon] {
    ForwardSignals(signals, daemon);
  }).detach();
  const absl::Status status = daemon.Run();
  if (!status.ok()) Log(LogLevel::kError, status.message());
  // Runners die with the supervisor's thread. The signal thread still refers
  // to the daemon: end without unwinding it.
  _exit(status.ok() ? 0 : 1);
}

}  // namespace
}  // namespace decant

int main(int argc, char** argv) {
  decant::WorkerFlags flags;
  double grace_seconds = 60;
  bool die_with_parent = false;
  CLI::App app("Decant worker: runs units for a coordinator on this host.");
  app.set_version_flag("--version", decant::kVersion);
  app.add_option("--coordinator", flags.coordinator, "HOST:PORT")
      ->envname("DECANT_COORDINATOR")
      ->capture_default_str();
  app.add_option("--id", flags.id,
                 "name of this worker, the same at each start (default: the "
                 "host's name)");
  app.add_option("--slots", flags.slots,
                 "units at a time (default: one per CUDA device, else one)")
      ->check(CLI::Range(1, 256));
  app.add_option("--threads", flags.threads,
                 "CPU threads per slot, part of the numerics class (default: "
                 "the number of cores, at most 16)")
      ->check(CLI::Range(1, 1024));
  app.add_option("--device", flags.device, "auto, cpu or cuda")
      ->check(CLI::IsMember({"auto", "cpu", "cuda"}))
      ->capture_default_str();
  app.add_option("--runner", flags.runner,
                 "the runner program (default: decant-runner beside this one)");
  app.add_option("--grace", grace_seconds,
                 "seconds that running units have after SIGTERM")
      ->check(CLI::Range(0.0, 86400.0))
      ->capture_default_str();
  app.add_flag("--die-with-parent", die_with_parent,
               "end when the process that started this one ends");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  if (die_with_parent) {
    const pid_t parent = getppid();
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (parent == 1 || getppid() != parent) return 1;
  }
  flags.grace = absl::Seconds(grace_seconds);
  return decant::Run(flags);
}
