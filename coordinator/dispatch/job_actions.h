// Cancel, pause, resume, retry: what users ask of a job. Repeating an action
// that has taken effect is OK.
#ifndef DECANT_COORDINATOR_DISPATCH_JOB_ACTIONS_H_
#define DECANT_COORDINATOR_DISPATCH_JOB_ACTIONS_H_

#include <string>

#include "absl/status/status.h"
#include "coordinator/dispatch/core_state.h"

namespace decant {

enum class JobAction { kCancel, kPause, kResume, kRetry };

// NotFound            no such job.
// FailedPrecondition  the job's state forbids it; the message says what to do.
absl::Status ActOnJob(CoreState& state, const std::string& job_id,
                      JobAction action);

}  // namespace decant

#endif  // DECANT_COORDINATOR_DISPATCH_JOB_ACTIONS_H_
