#include "coordinator/schedule/unit_state.h"

#include <map>
#include <optional>
#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace decant {
namespace {

using S = UnitState;
using E = UnitEvent;

// Every arrow of the diagram; everything else is refused.
const std::map<std::pair<S, E>, S>& UnitDiagram() {
  static const auto* const kDiagram = new std::map<std::pair<S, E>, S>{
      {{S::kBlocked, E::kInputsDone}, S::kReady},
      {{S::kBlocked, E::kCancel}, S::kCancelled},
      {{S::kBlocked, E::kReset}, S::kBlocked},
      {{S::kReady, E::kInputsLost}, S::kBlocked},
      {{S::kReady, E::kGranted}, S::kLeased},
      {{S::kReady, E::kCacheHit}, S::kDone},
      {{S::kReady, E::kCancel}, S::kCancelled},
      {{S::kReady, E::kReset}, S::kBlocked},
      {{S::kLeased, E::kFinished}, S::kDone},
      {{S::kLeased, E::kFailed}, S::kReady},
      {{S::kLeased, E::kExpired}, S::kReady},
      {{S::kLeased, E::kReleased}, S::kReady},
      {{S::kLeased, E::kInputLost}, S::kBlocked},
      {{S::kLeased, E::kGaveUp}, S::kQuarantined},
      {{S::kDone, E::kOutputLost}, S::kReady},
      {{S::kDone, E::kReset}, S::kBlocked},
      {{S::kQuarantined, E::kReset}, S::kBlocked},
      {{S::kCancelled, E::kReset}, S::kBlocked},
  };
  return *kDiagram;
}

TEST(UnitStateTest, FollowsTheDiagramAndNothingElse) {
  for (int s = 0; s < kNumUnitStates; ++s) {
    for (int e = 0; e < kNumUnitEvents; ++e) {
      const auto state = static_cast<S>(s);
      const auto event = static_cast<E>(e);
      const auto want = UnitDiagram().find({state, event});
      const absl::StatusOr<S> next = NextState(state, event);
      EXPECT_EQ(next.ok() ? std::optional(*next) : std::nullopt,
                want != UnitDiagram().end() ? std::optional(want->second)
                                            : std::nullopt)
          << UnitStateName(state) << " + " << UnitEventName(event);
    }
  }
}

TEST(UnitStateTest, RefusalNamesStateAndEvent) {
  const absl::StatusOr<S> next = NextState(S::kDone, E::kGranted);

  EXPECT_TRUE(absl::IsFailedPrecondition(next.status()));
  EXPECT_THAT(std::string(next.status().message()),
              testing::AllOf(testing::HasSubstr("granted"),
                             testing::HasSubstr("done")));
}

TEST(UnitStateTest, NamesParseBack) {
  for (int s = 0; s < kNumUnitStates; ++s) {
    const auto state = static_cast<S>(s);
    const absl::StatusOr<S> parsed = ParseUnitState(UnitStateName(state));
    ASSERT_TRUE(parsed.ok());
    EXPECT_EQ(*parsed, state);
  }
  EXPECT_FALSE(ParseUnitState("asleep").ok());
}

}  // namespace
}  // namespace decant
