// What can happen to a job. One pure function decides.
//
//                            pause
//   planning --> running <----------> paused
//      |  planned  | | |    resume      |
//      |           | | '- published --> | ----------> done ------.
//      |           | '--- refused ----> | ----------> rejected --|
//      |           |                    |                        |
//      '-----------+-- fail, cancel ----'                        |
//                  v                                             |
//              stopping -- stopped(final) --> failed, cancelled -|
//                                                                |
//   running <------------------ retry ---------------------------'
//
// `stopping` remembers where it will end (final_state) and lasts until no
// lease is left.
#ifndef DECANT_COORDINATOR_SCHEDULE_JOB_STATE_H_
#define DECANT_COORDINATOR_SCHEDULE_JOB_STATE_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace decant {

enum class JobState {
  kPlanning,  // Known, but its units may not run yet.
  kRunning,
  kPaused,    // No new leases; what runs finishes.
  kStopping,  // Waits for its leases to end, then becomes final.
  kDone,
  kFailed,
  kCancelled,
  kRejected,  // Finished, but a gate did not hold.
};
inline constexpr int kNumJobStates = 8;

enum class JobEvent {
  kPlanned,
  kPause,
  kResume,
  kFail,  // A unit failed for good, or files could not be handled.
  kCancel,
  kStopped,    // The last lease of a stopping job ended.
  kPublished,  // The output stands at its path.
  kRefused,    // A gate did not hold.
  kRetry,
};
inline constexpr int kNumJobEvents = 9;

// State and, while stopping, the state it will end in.
struct JobPhase {
  JobState state = JobState::kPlanning;
  JobState final_state = JobState::kPlanning;  // Meaningful while stopping.
  friend bool operator==(const JobPhase&, const JobPhase&) = default;
};

// FailedPrecondition: `event` cannot happen in this state.
absl::StatusOr<JobPhase> NextState(JobPhase phase, JobEvent event);

// Done, failed, cancelled or rejected.
bool IsFinal(JobState state);

// "planning", "running", ...; as stored and shown.
absl::string_view JobStateName(JobState state);
absl::string_view JobEventName(JobEvent event);
// InvalidArgument: not a name of a state.
absl::StatusOr<JobState> ParseJobState(absl::string_view name);

}  // namespace decant

#endif  // DECANT_COORDINATOR_SCHEDULE_JOB_STATE_H_
