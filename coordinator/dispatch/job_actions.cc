#include "coordinator/dispatch/job_actions.h"

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "coordinator/dispatch/job_restart.h"

namespace decant {
namespace {

absl::Status Refuse(const JobRecord& job, absl::string_view why) {
  return absl::FailedPreconditionError(
      absl::StrCat("job ", job.row.id, " is ",
                   JobStateName(job.row.phase.state), ": ", why));
}

// Publishing cannot be called back.
bool IsPublishing(const JobRecord& job) {
  return job.is_finishing && job.row.phase.state == JobState::kRunning;
}

absl::Status Cancel(CoreState& state, JobRecord& job) {
  const JobState now = job.row.phase.state;
  if (now == JobState::kCancelled) return absl::OkStatus();
  if (IsFinal(now)) return Refuse(job, "nothing is left to cancel");
  if (IsPublishing(job)) return Refuse(job, "its output is being published");
  RETURN_IF_ERROR(state.MoveJob(job, JobEvent::kCancel));
  job.row.message = "cancelled by request";
  state.AddEvent(job, "cancelled", "");
  return absl::OkStatus();
}

absl::Status Pause(CoreState& state, JobRecord& job) {
  if (job.row.phase.state == JobState::kPaused) return absl::OkStatus();
  if (job.row.phase.state != JobState::kRunning) {
    return Refuse(job, "only a running job can be paused");
  }
  if (IsPublishing(job)) return Refuse(job, "its output is being published");
  state.AddEvent(job, "paused", "");
  return state.MoveJob(job, JobEvent::kPause);
}

absl::Status Resume(CoreState& state, JobRecord& job) {
  if (job.row.phase.state == JobState::kRunning) return absl::OkStatus();
  if (job.row.phase.state != JobState::kPaused) {
    return Refuse(job, IsFinal(job.row.phase.state)
                           ? "use decant retry"
                           : "only a paused job can be resumed");
  }
  state.AddEvent(job, "resumed", "");
  return state.MoveJob(job, JobEvent::kResume);
}

absl::Status Retry(CoreState& state, JobRecord& job) {
  switch (job.row.phase.state) {
    case JobState::kPlanning:
    case JobState::kRunning:
    case JobState::kPaused:
      return absl::OkStatus();
    case JobState::kStopping:
      return Refuse(job, "retry when it has stopped");
    case JobState::kDone:
      return Refuse(job, "submit the recipe again to make it anew");
    case JobState::kFailed:
    case JobState::kCancelled:
    case JobState::kRejected:
      return RestartJob(state, job, RestartScope::kUnfinished);
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ActOnJob(CoreState& state, const std::string& job_id,
                      JobAction action) {
  ASSIGN_OR_RETURN(JobRecord * job, state.GetJob(job_id));
  switch (action) {
    case JobAction::kCancel:
      return Cancel(state, *job);
    case JobAction::kPause:
      return Pause(state, *job);
    case JobAction::kResume:
      return Resume(state, *job);
    case JobAction::kRetry:
      return Retry(state, *job);
  }
  return absl::OkStatus();
}

}  // namespace decant
