// What can happen to a unit. One pure function decides; the core, the
// simulator and tools all call it.
//
//                inputs lost
//            .----------------.
//            v  inputs done   |  granted
//         blocked --------> ready --------> leased -----> done
//            ^                ^ |  cached     | | finished  | |
//            |                | '-------------|-|---------->' |
//            |   input lost   | expired,      | |             |
//            |<---------------|-released,-----' |             |
//            |                | failed          | gave up     |
//            |                |                 v             |
//            |                |            quarantined        |
//            |                |  output lost                  |
//            |                '-------------------------------'
//            |   reset (retry, rerun): from any state but leased
//            '---- cancelled <---- cancel: blocked, ready
#ifndef DECANT_COORDINATOR_SCHEDULE_UNIT_STATE_H_
#define DECANT_COORDINATOR_SCHEDULE_UNIT_STATE_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace decant {

enum class UnitState {
  kBlocked,      // An input is not made yet.
  kReady,        // May run, or waits out a backoff.
  kLeased,       // One worker holds it, with the unit's live epoch.
  kDone,         // Its result is accepted.
  kQuarantined,  // Failed for good; only `reset` helps.
  kCancelled,    // Its job was cancelled before it ran.
};
inline constexpr int kNumUnitStates = 6;

enum class UnitEvent {
  kInputsDone,  // The last missing input was made.
  kInputsLost,  // An input went away before the unit was leased.
  kGranted,     // A worker got it.
  kCacheHit,    // A known result stands in for running it.
  kFinished,    // The live epoch's result was accepted.
  kFailed,      // The attempt failed and may be repeated.
  kExpired,     // The lease ran out.
  kReleased,    // The worker gave it back or started anew.
  kInputLost,   // The attempt found an input gone: wait for it again.
  kGaveUp,      // Failed for good.
  kOutputLost,  // A consumer found an output gone: make it again.
  kCancel,      // The job was cancelled.
  kReset,       // The job is retried or run again.
};
inline constexpr int kNumUnitEvents = 13;

// FailedPrecondition: `event` cannot happen in `state`.
absl::StatusOr<UnitState> NextState(UnitState state, UnitEvent event);

// "blocked", "ready", ...; as stored and shown.
absl::string_view UnitStateName(UnitState state);
absl::string_view UnitEventName(UnitEvent event);
// InvalidArgument: not a name of a state.
absl::StatusOr<UnitState> ParseUnitState(absl::string_view name);

}  // namespace decant

#endif  // DECANT_COORDINATOR_SCHEDULE_UNIT_STATE_H_
