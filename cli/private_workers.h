// The workers of `decant run`: children of ours on this machine.
#ifndef DECANT_CLI_PRIVATE_WORKERS_H_
#define DECANT_CLI_PRIVATE_WORKERS_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cli/child_process.h"

namespace decant {

struct PrivateWorkerOptions {
  int count = 1;
  int slots = 0;            // Of each; 0: the worker decides.
  int threads = 0;          // Per slot; 0: the worker decides.
  std::string coordinator;  // Address.
  std::string log_folder;
};

// Used by one thread. All stop when this object goes.
class PrivateWorkers {
 public:
  static absl::StatusOr<PrivateWorkers> Start(
      const PrivateWorkerOptions& options);
  PrivateWorkers(PrivateWorkers&&) = default;
  PrivateWorkers& operator=(PrivateWorkers&&) = default;
  // All are told before any is waited for.
  ~PrivateWorkers();

  // Unavailable when one has ended, with its last log line.
  absl::Status CheckAlive();

 private:
  PrivateWorkers() = default;
  std::vector<std::unique_ptr<ChildProcess>> children_;
};

}  // namespace decant

#endif  // DECANT_CLI_PRIVATE_WORKERS_H_
