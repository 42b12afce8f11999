// The life of a runner: hello, then one unit after another until bye.
#ifndef DECANT_WORKER_RUNNER_SERVE_H_
#define DECANT_WORKER_RUNNER_SERVE_H_

#include "absl/status/status.h"
#include "worker/runner/daemon_link.h"
#include "worker/runner/unit_runner.h"

namespace decant {

// Returns when the daemon says bye. Unavailable when it is gone. Runs ops on
// the calling thread.
absl::Status Serve(DaemonLink& link, UnitRunner& runner);

}  // namespace decant

#endif  // DECANT_WORKER_RUNNER_SERVE_H_
