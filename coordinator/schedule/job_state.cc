#include "coordinator/schedule/job_state.h"

#include <array>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace decant {
namespace {

constexpr std::array<absl::string_view, kNumJobStates> kJobStateNames = {
    "planning", "running", "paused",    "stopping",
    "done",     "failed",  "cancelled", "rejected"};

constexpr std::array<absl::string_view, kNumJobEvents> kJobEventNames = {
    "planned", "pause",     "resume",  "fail", "cancel",
    "stopped", "published", "refused", "retry"};

constexpr JobPhase At(JobState state) { return {state, state}; }

constexpr JobPhase StoppingTo(JobState final_state) {
  return {JobState::kStopping, final_state};
}

std::optional<JobPhase> NextOfRunning(JobEvent event) {
  switch (event) {
    case JobEvent::kPause:
      return At(JobState::kPaused);
    case JobEvent::kFail:
      return StoppingTo(JobState::kFailed);
    case JobEvent::kCancel:
      return StoppingTo(JobState::kCancelled);
    case JobEvent::kPublished:
      return At(JobState::kDone);
    case JobEvent::kRefused:
      return At(JobState::kRejected);
    default:
      return std::nullopt;
  }
}

std::optional<JobPhase> NextOfPaused(JobEvent event) {
  // What runs may still fail.
  if (event == JobEvent::kFail) return StoppingTo(JobState::kFailed);
  if (event == JobEvent::kCancel) return StoppingTo(JobState::kCancelled);
  if (event == JobEvent::kResume) return At(JobState::kRunning);
  return std::nullopt;
}

std::optional<JobPhase> NextOfStopping(JobEvent event, JobState final_state) {
  if (event == JobEvent::kStopped) return At(final_state);
  // The user's word goes over a failure that is on its way.
  if (event == JobEvent::kCancel) return StoppingTo(JobState::kCancelled);
  return std::nullopt;
}

std::optional<JobPhase> Next(JobPhase phase, JobEvent event) {
  switch (phase.state) {
    case JobState::kPlanning:
      if (event == JobEvent::kPlanned) return At(JobState::kRunning);
      if (event == JobEvent::kFail) return StoppingTo(JobState::kFailed);
      if (event == JobEvent::kCancel) return StoppingTo(JobState::kCancelled);
      return std::nullopt;
    case JobState::kRunning:
      return NextOfRunning(event);
    case JobState::kPaused:
      return NextOfPaused(event);
    case JobState::kStopping:
      return NextOfStopping(event, phase.final_state);
    case JobState::kDone:
    case JobState::kFailed:
    case JobState::kCancelled:
    case JobState::kRejected:
      if (event == JobEvent::kRetry) return At(JobState::kRunning);
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

absl::StatusOr<JobPhase> NextState(JobPhase phase, JobEvent event) {
  const std::optional<JobPhase> next = Next(phase, event);
  if (next.has_value()) return *next;
  return absl::FailedPreconditionError(
      absl::StrCat("job cannot take event '", JobEventName(event),
                   "' in state '", JobStateName(phase.state), "'"));
}

bool IsFinal(JobState state) {
  return state == JobState::kDone || state == JobState::kFailed ||
         state == JobState::kCancelled || state == JobState::kRejected;
}

absl::string_view JobStateName(JobState state) {
  return kJobStateNames[static_cast<size_t>(state)];
}

absl::string_view JobEventName(JobEvent event) {
  return kJobEventNames[static_cast<size_t>(event)];
}

absl::StatusOr<JobState> ParseJobState(absl::string_view name) {
  for (size_t i = 0; i < kJobStateNames.size(); ++i) {
    if (kJobStateNames[i] == name) return static_cast<JobState>(i);
  }
  return absl::InvalidArgumentError(
      absl::StrCat("not a state of a job: '", name, "'"));
}

}  // namespace decant
