#include "coordinator/schedule/job_state.h"

#include <map>
#include <optional>
#include <utility>

#include "gtest/gtest.h"

namespace decant {
namespace {

using S = JobState;
using E = JobEvent;

// Arrows between states; those into `stopping` name where it will end.
struct Arrow {
  S to;
  S final_state;
};

const std::map<std::pair<S, E>, Arrow>& JobDiagram() {
  static const auto* const kDiagram = new std::map<std::pair<S, E>, Arrow>{
      {{S::kPlanning, E::kPlanned}, {S::kRunning, S::kRunning}},
      {{S::kPlanning, E::kFail}, {S::kStopping, S::kFailed}},
      {{S::kPlanning, E::kCancel}, {S::kStopping, S::kCancelled}},
      {{S::kRunning, E::kPause}, {S::kPaused, S::kPaused}},
      {{S::kRunning, E::kFail}, {S::kStopping, S::kFailed}},
      {{S::kRunning, E::kCancel}, {S::kStopping, S::kCancelled}},
      {{S::kRunning, E::kPublished}, {S::kDone, S::kDone}},
      {{S::kRunning, E::kRefused}, {S::kRejected, S::kRejected}},
      {{S::kPaused, E::kResume}, {S::kRunning, S::kRunning}},
      {{S::kPaused, E::kFail}, {S::kStopping, S::kFailed}},
      {{S::kPaused, E::kCancel}, {S::kStopping, S::kCancelled}},
      {{S::kStopping, E::kStopped}, {S::kFailed, S::kFailed}},
      {{S::kStopping, E::kCancel}, {S::kStopping, S::kCancelled}},
      {{S::kDone, E::kRetry}, {S::kRunning, S::kRunning}},
      {{S::kFailed, E::kRetry}, {S::kRunning, S::kRunning}},
      {{S::kCancelled, E::kRetry}, {S::kRunning, S::kRunning}},
      {{S::kRejected, E::kRetry}, {S::kRunning, S::kRunning}},
  };
  return *kDiagram;
}

TEST(JobStateTest, FollowsTheDiagramAndNothingElse) {
  for (int s = 0; s < kNumJobStates; ++s) {
    for (int e = 0; e < kNumJobEvents; ++e) {
      const JobPhase phase = {static_cast<S>(s), S::kFailed};
      const auto event = static_cast<E>(e);
      const auto want = JobDiagram().find({phase.state, event});
      const absl::StatusOr<JobPhase> next = NextState(phase, event);
      ASSERT_EQ(next.ok(), want != JobDiagram().end())
          << JobStateName(phase.state) << " + " << JobEventName(event);
      if (!next.ok()) continue;
      EXPECT_EQ(next->state, want->second.to);
      EXPECT_EQ(next->final_state, want->second.final_state);
    }
  }
}

TEST(JobStateTest, StoppingEndsWhereItWasHeading) {
  for (S final_state : {S::kFailed, S::kCancelled}) {
    const absl::StatusOr<JobPhase> next =
        NextState({S::kStopping, final_state}, E::kStopped);
    ASSERT_TRUE(next.ok());
    EXPECT_EQ(next->state, final_state);
    EXPECT_TRUE(IsFinal(next->state));
  }
}

TEST(JobStateTest, NamesParseBack) {
  for (int s = 0; s < kNumJobStates; ++s) {
    const auto state = static_cast<S>(s);
    const absl::StatusOr<S> parsed = ParseJobState(JobStateName(state));
    ASSERT_TRUE(parsed.ok());
    EXPECT_EQ(*parsed, state);
  }
  EXPECT_FALSE(ParseJobState("asleep").ok());
}

}  // namespace
}  // namespace decant
