#include "worker/daemon/runner_slot.h"

#include <gtest/gtest.h>

namespace decant {
namespace {

absl::Duration At(double seconds) { return absl::Seconds(seconds); }

template <typename T>
const T* Only(const std::vector<Command>& commands) {
  return commands.size() == 1 ? std::get_if<T>(&commands[0]) : nullptr;
}

class RunnerSlotTest : public testing::Test {
 protected:
  std::vector<Command> Advance(double seconds, bool may_start = true) {
    std::vector<Command> commands;
    slot_.Advance(may_start, At(seconds), commands);
    return commands;
  }
  void BecomeBusy() {
    ASSERT_NE(Only<StartRunnerCommand>(Advance(0)), nullptr);
    slot_.NoteHello();
    ASSERT_TRUE(slot_.is_idle());
    std::vector<Command> commands;
    slot_.Begin(lease_, RunFrame{.attempt = 1}, commands);
    ASSERT_NE(Only<SendCommand>(commands), nullptr);
  }
  bool IsCancel(const std::vector<Command>& commands) {
    const auto* send = Only<SendCommand>(commands);
    return send != nullptr && send->frame == Frame(CancelFrame{.attempt = 1});
  }

  RunnerSlot slot_{0};
  const LeaseKey lease_ = {"j-1", "0/merge/a", 1};
};

TEST_F(RunnerSlotTest, IsStartedOnceAndReadyAfterHello) {
  EXPECT_TRUE(Advance(0, /*may_start=*/false).empty());
  EXPECT_NE(Only<StartRunnerCommand>(Advance(0)), nullptr);
  EXPECT_TRUE(Advance(1).empty());
  EXPECT_FALSE(slot_.is_idle());
  slot_.NoteHello();
  EXPECT_TRUE(slot_.is_idle());
  EXPECT_EQ(slot_.NextDeadline(true), absl::InfiniteDuration());
}

TEST_F(RunnerSlotTest, ARunnerThatNeverSpeaksIsKilled) {
  Advance(0);
  EXPECT_EQ(slot_.NextDeadline(true), At(120));
  EXPECT_TRUE(Advance(119).empty());
  EXPECT_NE(Only<KillRunnerCommand>(Advance(120)), nullptr);
  EXPECT_TRUE(Advance(121).empty());
}

TEST_F(RunnerSlotTest, StartsThatFailAreRepeatedEverMoreSlowly) {
  double now = 0;
  double last = 0;
  for (int i = 0; i < 12; ++i) {
    ASSERT_NE(Only<StartRunnerCommand>(Advance(now)), nullptr) << i;
    slot_.NoteExit(At(now));
    const double delay =
        absl::ToDoubleSeconds(slot_.NextDeadline(true) - At(now));
    EXPECT_GE(delay, last);
    EXPECT_TRUE(Advance(now + delay / 2).empty());
    last = delay;
    now += delay;
  }
  EXPECT_EQ(last, 5);
  Advance(now);
  slot_.NoteHello();
  slot_.NoteExit(At(now));  // It had spoken: no fault of its start.
  EXPECT_NE(Only<StartRunnerCommand>(Advance(now)), nullptr);
}

TEST_F(RunnerSlotTest, AReleasedUnitIsCancelledThenKilled) {
  BecomeBusy();
  slot_.Release();
  EXPECT_TRUE(IsCancel(Advance(10)));
  EXPECT_TRUE(slot_.Holds(lease_));
  EXPECT_TRUE(Advance(14.9).empty());
  EXPECT_NE(Only<KillRunnerCommand>(Advance(15)), nullptr);
}

TEST_F(RunnerSlotTest, AUnitReleasedLaterMayFinishBefore) {
  BecomeBusy();
  slot_.ReleaseAt(At(60));
  slot_.ReleaseAt(At(90));
  EXPECT_EQ(slot_.NextDeadline(true), At(60));
  EXPECT_TRUE(Advance(59).empty());
  EXPECT_TRUE(IsCancel(Advance(60)));
}

TEST_F(RunnerSlotTest, ADroppedUnitIsKilledAtOnceAndNotListed) {
  BecomeBusy();
  slot_.Drop();
  EXPECT_FALSE(slot_.is_holding());
  EXPECT_NE(Only<KillRunnerCommand>(Advance(10)), nullptr);
  EXPECT_TRUE(slot_.is_killed());
}

TEST_F(RunnerSlotTest, DroppingBeatsReleasing) {
  BecomeBusy();
  slot_.Drop();
  slot_.Release();
  EXPECT_EQ(slot_.execution()->ending, Ending::kDropped);
}

TEST_F(RunnerSlotTest, ARunnerThatIsBeingKilledTakesNoFurtherUnit) {
  BecomeBusy();
  slot_.Drop();
  Advance(10);
  slot_.TakeExecution();  // Its outcome crossed the kill.
  EXPECT_FALSE(slot_.is_idle());
  slot_.NoteExit(At(11));
  EXPECT_NE(Only<StartRunnerCommand>(Advance(11)), nullptr);
}

TEST_F(RunnerSlotTest, AfterAUnitTheSlotIsIdleWithoutDeadlines) {
  BecomeBusy();
  slot_.Release();
  Advance(10);
  const Execution execution = slot_.TakeExecution();
  EXPECT_EQ(execution.lease, lease_);
  EXPECT_TRUE(slot_.is_idle());
  EXPECT_TRUE(Advance(100).empty());
}

}  // namespace
}  // namespace decant
