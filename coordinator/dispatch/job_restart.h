// A job that ended runs again.
#ifndef DECANT_COORDINATOR_DISPATCH_JOB_RESTART_H_
#define DECANT_COORDINATOR_DISPATCH_JOB_RESTART_H_

#include "absl/status/status.h"
#include "coordinator/dispatch/core_state.h"

namespace decant {

enum class RestartScope {
  // Done units stay, except those whose effect is outside the workspace.
  kUnfinished,
  // All units; known results make most of them done at once.
  kAll,
};

// Failed, cancelled, rejected or done -> running, with fresh failure counts.
absl::Status RestartJob(CoreState& state, JobRecord& job, RestartScope scope);

}  // namespace decant

#endif  // DECANT_COORDINATOR_DISPATCH_JOB_RESTART_H_
