// What the runner program on this host can do, asked of itself: the daemon has
// neither torch nor CUDA.
#ifndef DECANT_WORKER_DAEMON_RUNNER_DESCRIPTION_H_
#define DECANT_WORKER_DAEMON_RUNNER_DESCRIPTION_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace decant {

struct RunnerDescription {
  struct CudaDevice {
    std::string name;
    int64_t memory_bytes = 0;
  };
  std::string numerics_class;
  std::map<std::string, int64_t> ops;  // Name to version.
  std::vector<CudaDevice> cuda_devices;
};

// Runs `<runner> --describe --device <device> --threads <threads>`; takes about
// a second. NotFound: no such program. FailedPrecondition: it failed (its own
// words are on stderr) or printed something else.
absl::StatusOr<RunnerDescription> DescribeRunner(const std::string& runner,
                                                 const std::string& device,
                                                 int threads);

absl::StatusOr<RunnerDescription> ParseRunnerDescription(
    absl::string_view text);

}  // namespace decant

#endif  // DECANT_WORKER_DAEMON_RUNNER_DESCRIPTION_H_
