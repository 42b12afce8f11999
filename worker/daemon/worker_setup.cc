#include "worker/daemon/worker_setup.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/files.h"
#include "common/base/host_port.h"
#include "common/base/ids.h"
#include "common/base/status_macros.h"
#include "common/base/version.h"
#include "worker/daemon/host_memory.h"
#include "worker/frames/runner_environment.h"

namespace decant {
namespace {

// More threads gain little on one unit, and the number is part of the class:
// hosts of different sizes should share one.
constexpr unsigned kMaxDefaultThreads = 16;

std::string HostName() {
  std::array<char, 256> name = {};
  if (gethostname(name.data(), name.size() - 1) != 0) return "localhost";
  return name.data();
}

absl::Status CheckAddress(const std::string& coordinator) {
  ASSIGN_OR_RETURN(const HostPort address, ParseHostPort(coordinator));
  if (IsLoopbackHost(address.host)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("--coordinator ", coordinator,
                   ": only loopback is served without TLS; use 127.0.0.1, or "
                   "an SSH tunnel to the coordinator's host"));
}

absl::StatusOr<std::string> RunnerPath(const WorkerFlags& flags) {
  if (!flags.runner.empty()) return AbsolutePath(flags.runner);
  ASSIGN_OR_RETURN(const std::string self, ResolvePath("/proc/self/exe"));
  const std::string runner = JoinPath(DirName(self), "decant-runner");
  if (FileExists(runner)) return runner;
  return absl::NotFoundError(absl::StrCat("no runner program at ", runner,
                                          "; name one with --runner"));
}

}  // namespace

absl::StatusOr<DaemonOptions> LayOutSlots(const WorkerFlags& flags,
                                          const RunnerDescription& runner,
                                          int64_t host_memory_bytes) {
  const size_t num_devices = runner.cuda_devices.size();
  if (flags.device == "cuda" && num_devices == 0) {
    return absl::InvalidArgumentError(
        "--device cuda: no CUDA device is visible on this host");
  }
  const bool on_cuda = flags.device != "cpu" && num_devices > 0;
  const size_t num_slots = flags.slots > 0 ? static_cast<size_t>(flags.slots)
                           : on_cuda       ? num_devices
                                           : 1;
  DaemonOptions options;
  options.coordinator = flags.coordinator;
  options.grace = flags.grace;
  WorkerDescription& description = options.description;
  description.host = HostName();
  description.id = flags.id.empty() ? description.host : flags.id;
  description.incarnation = RandomId("w");
  description.version = kVersion;
  description.numerics_class = runner.numerics_class;
  description.op_versions = runner.ops;
  const size_t per_device =
      on_cuda ? (num_slots + num_devices - 1) / num_devices : 1;
  for (size_t i = 0; i < num_slots; ++i) {
    WorkerDescription::Slot slot;
    slot.device = "cpu";
    slot.host_memory_bytes =
        host_memory_bytes / static_cast<int64_t>(num_slots);
    if (on_cuda) {
      slot.device = absl::StrCat("cuda:", i % num_devices);
      slot.device_memory_bytes =
          runner.cuda_devices[i % num_devices].memory_bytes /
          static_cast<int64_t>(per_device);
    }
    options.runners.push_back(
        {.arguments = {flags.runner, "--device", slot.device, "--threads",
                       absl::StrCat(flags.threads)},
         .environment = RunnerEnvironment(flags.threads)});
    description.slots.push_back(std::move(slot));
  }
  return options;
}

absl::StatusOr<DaemonOptions> SetUpWorker(const WorkerFlags& flags) {
  RETURN_IF_ERROR(CheckAddress(flags.coordinator));
  WorkerFlags filled = flags;
  ASSIGN_OR_RETURN(filled.runner, RunnerPath(flags));
  if (filled.threads == 0) {
    filled.threads = static_cast<int>(std::clamp(
        std::thread::hardware_concurrency(), 1u, kMaxDefaultThreads));
  }
  ASSIGN_OR_RETURN(
      const RunnerDescription runner,
      DescribeRunner(filled.runner, filled.device, filled.threads));
  return LayOutSlots(filled, runner, HostMemoryBytes());
}

}  // namespace decant
