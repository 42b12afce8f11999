// decant-runner without a daemon: one unit from a file, and what this runner
// is able to do.
#ifndef DECANT_WORKER_RUNNER_ONCE_H_
#define DECANT_WORKER_RUNNER_ONCE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/base/json.h"
#include "worker/ops/op_registry.h"
#include "worker/runner/unit_runner.h"

namespace decant {

// Runs the UnitOrder in the JSON file at `path`. An order written by hand may
// leave out the numerics class (this process' is taken) and the action key
// (computed).
absl::StatusOr<UnitResult> RunOnce(absl::string_view path,
                                   const OpRegistry& registry,
                                   const UnitRunner::Options& options);

// {"numerics_class", "ops": {name: version}, "cuda_devices": [{"name",
// "compute_capability", "memory_bytes"}]}.
Json Describe(const OpRegistry& registry, absl::string_view numerics_class);

// As the CLI's: 0 OK, 2 wrong request, 3 not found, 4 denied, 5 unavailable,
// 7 cancelled, 1 any other error.
int ExitCodeOf(const absl::Status& status);

}  // namespace decant

#endif  // DECANT_WORKER_RUNNER_ONCE_H_
