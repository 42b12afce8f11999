// From flags to what a daemon needs: asks the runner what it can do and lays
// out the slots.
#ifndef DECANT_WORKER_DAEMON_WORKER_SETUP_H_
#define DECANT_WORKER_DAEMON_WORKER_SETUP_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "worker/daemon/daemon.h"
#include "worker/daemon/runner_description.h"

namespace decant {

struct WorkerFlags {
  std::string coordinator = "127.0.0.1:7070";
  std::string id;   // "": the host's name.
  int slots = 0;    // 0: one per CUDA device, else one.
  int threads = 0;  // Per slot; 0: the cores, at most 16.
  std::string device = "auto";
  std::string runner;  // "": decant-runner beside this program.
  absl::Duration grace = absl::Seconds(60);
};

// InvalidArgument: bad address, one beyond loopback (no TLS yet), or a device
// that is not here. Else as DescribeRunner.
absl::StatusOr<DaemonOptions> SetUpWorker(const WorkerFlags& flags);

// The part without I/O. With CUDA, slot i runs on device i modulo their
// number; memory is divided evenly.
absl::StatusOr<DaemonOptions> LayOutSlots(const WorkerFlags& flags,
                                          const RunnerDescription& runner,
                                          int64_t host_memory_bytes);

}  // namespace decant

#endif  // DECANT_WORKER_DAEMON_WORKER_SETUP_H_
