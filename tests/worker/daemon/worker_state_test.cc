#include "worker/daemon/worker_state.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/worker/daemon/worker_state_fixture.h"

namespace decant {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST_F(WorkerStateTest, TheFirstSyncStatesWhoTheWorkerIs) {
  const v1::SyncRequest request = Send();
  EXPECT_EQ(request.api_version(), 1u);
  EXPECT_EQ(request.worker_id(), "host");
  EXPECT_EQ(request.incarnation(), "w-1");
  EXPECT_EQ(request.sequence(), 1);
  EXPECT_EQ(request.store_id(), "");
  EXPECT_EQ(request.op_versions().at("merge"), 1);
  EXPECT_EQ(request.slots_size(), 1);
  EXPECT_EQ(request.max_hold_micros(), 0);  // To learn store and workspace.
  EXPECT_FALSE(state_->WantsSync(now_ + absl::Hours(1)));
}

TEST_F(WorkerStateTest, LeasedAheadUnitsRunInOrder) {
  Grant({"a", "b", "c"});
  EXPECT_THAT(started_, ElementsAre("a"));
  EXPECT_THAT(Running(Send()), ElementsAre("a", "b waits", "c waits"));
  Done();
  Advance();
  EXPECT_THAT(started_, ElementsAre("a", "b"));
  EXPECT_THAT(Running(Send()), ElementsAre("b", "c waits"));
}

TEST_F(TwoSlotStateTest, SlotsShareOneQueue) {
  Grant({"a", "b", "c"});
  EXPECT_THAT(started_, ElementsAre("a", "b"));
  Done(1);
  Advance();
  EXPECT_THAT(started_, ElementsAre("a", "b", "c"));
}

TEST_F(WorkerStateTest, AUnitWaitsForARunnerThatIsReady) {
  state_->RunnerExited(0, {.how = "ended"}, "", now_);
  Grant({"a"});
  EXPECT_THAT(started_, IsEmpty());
  state_->RunnerSaid(0, HelloFrame{}, "");
  Advance();
  EXPECT_THAT(started_, ElementsAre("a"));
}

TEST_F(WorkerStateTest, FinishedUnitsAreReportedUntilAcknowledged) {
  Grant({"a"});
  Done();
  EXPECT_TRUE(state_->WantsSync(now_ + absl::Milliseconds(10)));
  Tick(absl::Milliseconds(10));
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(Finished(Send()), ElementsAre("a done"));
    state_->ApplySyncError(request_.sequence(), absl::UnavailableError(""),
                           now_);
    Tick(absl::Seconds(6));
  }
  Send();
  v1::SyncReply reply = Reply();
  *reply.add_acknowledged() = Lease("a");
  state_->ApplyReply(reply, now_);
  Tick(absl::Milliseconds(10));
  EXPECT_THAT(Finished(Send()), IsEmpty());
  EXPECT_TRUE(state_->is_idle());
}

TEST_F(WorkerStateTest, ALocalChangeEndsTheParkedCall) {
  Grant({"a"});
  Tick(absl::Milliseconds(10));
  const int64_t parked = Send().sequence();
  EXPECT_FALSE(state_->ShouldAbandonSync());
  Done();
  EXPECT_TRUE(state_->ShouldAbandonSync());
  EXPECT_GT(Send().sequence(), parked);
  EXPECT_THAT(Finished(request_), ElementsAre("a done"));
}

TEST_F(WorkerStateTest, ALateReplyToAnAbandonedCallMeansNothing) {
  Grant({"a"});
  Tick(absl::Milliseconds(10));
  Send();
  v1::SyncReply late = Reply();
  AddRun(late, Lease("a"));
  AddRun(late, Lease("late"));
  Done();
  Send();
  state_->ApplyReply(late, now_);
  Advance();
  EXPECT_THAT(started_, ElementsAre("a"));
}

TEST_F(WorkerStateTest, ADuplicateReplyMeansNothing) {
  Tick(absl::Milliseconds(10));
  Send();
  v1::SyncReply reply = Reply();
  AddRun(reply, Lease("a"));
  state_->ApplyReply(reply, now_);
  Advance();
  Done();
  Advance();
  state_->ApplyReply(reply, now_);
  Advance();
  EXPECT_THAT(started_, ElementsAre("a"));
  EXPECT_THAT(Finished(Send()), ElementsAre("a done"));
}

TEST_F(WorkerStateTest, ALeaseListedAgainIsNotRunAgain) {
  Grant({"a", "b"});
  Grant({"a", "b"});
  EXPECT_THAT(started_, ElementsAre("a"));
  EXPECT_THAT(Running(Send()), ElementsAre("a", "b waits"));
  Done();
  Grant({"a", "b"});  // `a` is finished but not yet acknowledged.
  EXPECT_THAT(started_, ElementsAre("a", "b"));
}

TEST_F(WorkerStateTest, AHeldLeaseNotListedIsKept) {
  Grant({"a", "b"});
  Grant({});
  EXPECT_THAT(Running(Send()), ElementsAre("a", "b waits"));
}

TEST_F(WorkerStateTest, AStaleStopDropsWithoutAWord) {
  Grant({"a", "b"});
  StopUnit(Lease("a"), v1::StopUnit::WHY_STALE);
  EXPECT_EQ(Count<KillRunnerCommand>(Advance()), 1);
  state_->RunnerExited(0, {.how = "died with SIGKILL (Killed)"}, "", now_);
  Tick(absl::Milliseconds(10));
  const v1::SyncRequest request = Send();
  EXPECT_THAT(Running(request), ElementsAre("b waits"));
  EXPECT_THAT(Finished(request), IsEmpty());
}

TEST_F(WorkerStateTest, AStopOfAnotherEpochIsNotMeantForThisOne) {
  Grant({"a"});
  StopUnit(Lease("a", 7), v1::StopUnit::WHY_STALE);
  EXPECT_EQ(Count<KillRunnerCommand>(Advance()), 0);
  Tick(absl::Milliseconds(10));
  EXPECT_THAT(Running(Send()), ElementsAre("a"));
}

TEST_F(WorkerStateTest, AStaleStopForgetsAFinishedUnit) {
  Grant({"a"});
  Done();
  StopUnit(Lease("a"), v1::StopUnit::WHY_STALE);
  Tick(absl::Milliseconds(10));
  EXPECT_THAT(Finished(Send()), IsEmpty());
}

TEST_F(WorkerStateTest, ACancelledUnitIsToldFirstAndReleased) {
  Grant({"a", "b"});
  StopUnit(Lease("a"), v1::StopUnit::WHY_CANCELLED);
  EXPECT_EQ(Count<CancelFrame>(Advance()), 1);
  EXPECT_EQ(Count<KillRunnerCommand>(Advance()), 0);
  state_->RunnerSaid(0, FailedFrame{.attempt = last_run_.attempt, .code = 1},
                     "");
  Tick(absl::Milliseconds(10));
  EXPECT_THAT(Finished(Send()), ElementsAre("a released"));
}

TEST_F(WorkerStateTest, ACancelledUnitThatDoesNotEndIsKilledAndReleased) {
  Grant({"a"});
  StopUnit(Lease("a"), v1::StopUnit::WHY_CANCELLED);
  Advance();
  Tick(absl::Seconds(5));
  EXPECT_EQ(Count<KillRunnerCommand>(Advance()), 1);
  state_->RunnerExited(0, {.how = "died with SIGKILL (Killed)"}, "", now_);
  EXPECT_THAT(Finished(Send()), ElementsAre("a released"));
}

TEST_F(WorkerStateTest, AResultMadeInSpiteOfTheCancelIsReported) {
  Grant({"a"});
  StopUnit(Lease("a"), v1::StopUnit::WHY_CANCELLED);
  Advance();
  Done();
  Tick(absl::Milliseconds(10));
  EXPECT_THAT(Finished(Send()), ElementsAre("a done"));
}

TEST_F(WorkerStateTest, ACancelledUnitThatWaitsIsNoLongerListed) {
  Grant({"a", "b"});
  StopUnit(Lease("b"), v1::StopUnit::WHY_CANCELLED);
  Tick(absl::Milliseconds(10));
  const v1::SyncRequest request = Send();
  EXPECT_THAT(Running(request), ElementsAre("a"));
  EXPECT_THAT(Finished(request), IsEmpty());
}

TEST_F(WorkerStateTest, APausedUnitHasAMinute) {
  Grant({"a"});
  StopUnit(Lease("a"), v1::StopUnit::WHY_PAUSED);
  EXPECT_EQ(Count<CancelFrame>(Advance()), 0);
  for (int i = 0; i < 6; ++i) {
    Tick(absl::Seconds(9));
    Grant({});
  }
  EXPECT_EQ(Count<CancelFrame>(Advance()), 0);
  Tick(absl::Seconds(8));
  EXPECT_EQ(Count<CancelFrame>(Advance()), 1);
}

TEST_F(WorkerStateTest, AResumedUnitGoesOn) {
  Grant({"a"});
  StopUnit(Lease("a"), v1::StopUnit::WHY_PAUSED);
  Grant({"a"});
  for (int i = 0; i < 10; ++i) {
    Tick(absl::Seconds(9));
    Grant({"a"});
    EXPECT_EQ(Count<CancelFrame>(Advance()), 0);
  }
}

TEST_F(WorkerStateTest, ANewerEpochReplacesTheOlder) {
  Grant({"a", "b"});
  Tick(absl::Milliseconds(10));
  Send();
  v1::SyncReply reply = Reply();
  AddRun(reply, Lease("a", 2));
  AddRun(reply, Lease("b", 2));
  state_->ApplyReply(reply, now_);
  EXPECT_EQ(Count<KillRunnerCommand>(Advance()), 1);
  Tick(absl::Milliseconds(10));
  const v1::SyncRequest request = Send();
  ASSERT_EQ(request.running_size(), 2);
  for (const auto& running : request.running()) {
    EXPECT_EQ(running.lease().epoch(), 2);
  }
}

TEST_F(WorkerStateTest, UnitsStopAtFiveSixthsOfALeaseWithoutAnswer) {
  Grant({"a", "b"});
  const absl::Duration sent = now_;
  EXPECT_EQ(last_run_.remaining_ms, 50'000);
  Tick(absl::Milliseconds(10));
  Send();  // Never answered.
  EXPECT_EQ(state_->NextDeadline(), sent + absl::Seconds(50));
  now_ = sent + absl::Seconds(50) - absl::Milliseconds(1);
  EXPECT_EQ(Count<KillRunnerCommand>(Advance()), 0);
  now_ = sent + absl::Seconds(50);
  EXPECT_EQ(Count<KillRunnerCommand>(Advance()), 1);
  state_->RunnerExited(0, {.how = "died with SIGKILL (Killed)"}, "", now_);
  state_->ApplySyncError(request_.sequence(), absl::UnavailableError(""), now_);
  Tick(absl::Seconds(6));
  const v1::SyncRequest request = Send();
  EXPECT_THAT(Running(request), IsEmpty());
  EXPECT_THAT(Finished(request), IsEmpty());
}

TEST_F(TwoSlotStateTest, AReGrantedLeaseWaitsForTheDeathOfItsFormerAttempt) {
  Grant({"a"});
  Tick(absl::Seconds(50));
  Advance();
  started_.clear();
  Grant({"a"});  // The coordinator still counts the lease as live.
  EXPECT_THAT(started_, IsEmpty()) << "both would write into one folder";
  state_->RunnerExited(0, {.how = "died with SIGKILL (Killed)"}, "", now_);
  Advance();
  EXPECT_THAT(started_, ElementsAre("a"));
}

TEST_F(WorkerStateTest, FinishedUnitsOutliveTheLease) {
  Grant({"a"});
  Done();
  Tick(absl::Minutes(10));
  Advance();
  EXPECT_THAT(Finished(Send()), ElementsAre("a done"));
}

TEST_F(WorkerStateTest, EachAnswerRenewsTheRunnersDeadline) {
  Grant({"a"});
  Tick(absl::Seconds(5));
  Send();
  Tick(absl::Seconds(3));
  state_->ApplyReply(Reply(), now_);
  const std::vector<Command> commands = Advance();
  ASSERT_EQ(Count<RenewFrame>(commands), 1);
  EXPECT_EQ(std::get<RenewFrame>(std::get<SendCommand>(commands[0]).frame)
                .remaining_ms,
            47'000);
  EXPECT_EQ(Count<RenewFrame>(Advance()), 0);
}

TEST_F(WorkerStateTest, AnotherStoreMakesTheWorkerDropEverything) {
  Grant({"a", "b"});
  Tick(absl::Milliseconds(10));
  Send();
  v1::SyncReply reply = Reply();
  reply.set_store_id("store-2");
  reply.set_reset(true);
  state_->ApplyReply(reply, now_);
  EXPECT_EQ(Count<KillRunnerCommand>(Advance()), 1);
  const v1::SyncRequest request = Send();
  EXPECT_EQ(request.store_id(), "store-2");
  EXPECT_THAT(Running(request), IsEmpty());
  EXPECT_EQ(request.incarnation(), "w-1");
}

TEST_F(WorkerStateTest, ARunnerThatDiesIsReportedWithItsLastWords) {
  Grant({"a"});
  state_->RunnerExited(0, {.how = "died with SIGSEGV (Segmentation fault)"},
                       "last words", now_);
  Tick(absl::Milliseconds(10));
  const v1::SyncRequest request = Send();
  ASSERT_EQ(request.finished_size(), 1);
  const v1::UnitError& error = request.finished(0).error();
  EXPECT_TRUE(error.runner_died());
  EXPECT_THAT(error.message(), HasSubstr("SIGSEGV"));
  EXPECT_EQ(error.log_tail(), "last words");
  EXPECT_EQ(Count<StartRunnerCommand>(Advance()), 1);
}

TEST_F(WorkerStateTest, ARunnerThatStoppedItselfFailedNothing) {
  Grant({"a"});
  state_->RunnerExited(0, {.how = "exited with code 75", .lease_ran_out = true},
                       "", now_);
  Tick(absl::Milliseconds(10));
  EXPECT_THAT(Finished(Send()), IsEmpty());
  EXPECT_THAT(Running(request_), IsEmpty());
}

TEST_F(WorkerStateTest, AnErrorOfTheOpIsReportedAsItIs) {
  Grant({"a"});
  state_->RunnerSaid(0,
                     FailedFrame{.attempt = last_run_.attempt,
                                 .code = 8,
                                 .message = "GPU memory",
                                 .lost_artifact = "00ff",
                                 .run_micros = 5},
                     "tail");
  Tick(absl::Milliseconds(10));
  const v1::UnitOutcome outcome = Send().finished(0);
  EXPECT_EQ(outcome.error().code(), 8);
  EXPECT_EQ(outcome.error().message(), "GPU memory");
  EXPECT_EQ(outcome.error().lost_artifact(), "00ff");
  EXPECT_EQ(outcome.error().log_tail(), "tail");
  EXPECT_FALSE(outcome.error().runner_died());
  EXPECT_EQ(outcome.run_micros(), 5);
}

TEST_F(WorkerStateTest, AMissingSourceMakesTheHostIneligibleForAWhile) {
  Grant({"a"});
  state_->RunnerSaid(0,
                     FailedFrame{.attempt = last_run_.attempt,
                                 .code = 5,
                                 .message = "/ckpt/teacher: no such folder",
                                 .ineligible = true},
                     "");
  Tick(absl::Milliseconds(10));
  const v1::SyncRequest request = Send();
  EXPECT_THAT(Finished(request), ElementsAre("a released"));
  ASSERT_EQ(request.ineligible_size(), 1);
  EXPECT_EQ(request.ineligible(0).job_id(), "j-1");
  EXPECT_THAT(request.ineligible(0).reason(), HasSubstr("/ckpt/teacher"));
  state_->ApplyReply(Reply(), now_);
  Tick(absl::Seconds(61));
  EXPECT_EQ(Send().ineligible_size(), 0);
}

TEST_F(WorkerStateTest, FramesOfAFormerAttemptMeanNothing) {
  Grant({"a"});
  const int64_t former = last_run_.attempt - 1;
  state_->RunnerSaid(0, ProgressFrame{former, 5, 9}, "");
  state_->RunnerSaid(0, DoneFrame{.attempt = former}, "");
  state_->RunnerSaid(0, FailedFrame{.attempt = former, .code = 1}, "");
  state_->RunnerSaid(0, ProgressFrame{last_run_.attempt, 1, 9}, "");
  Tick(absl::Milliseconds(10));
  const v1::SyncRequest request = Send();
  EXPECT_THAT(Running(request), ElementsAre("a"));
  EXPECT_EQ(request.running(0).progress_done(), 1);
}

TEST_F(WorkerStateTest, AnOrderThatIsNoJsonFails) {
  Tick(absl::Milliseconds(10));
  Send();
  v1::SyncReply reply = Reply();
  AddRun(reply, Lease("a"));
  reply.mutable_run(0)->set_order_json("{");
  state_->ApplyReply(reply, now_);
  Tick(absl::Milliseconds(10));
  EXPECT_THAT(Finished(Send()), ElementsAre("a error 3"));
}

TEST_F(WorkerStateTest, StoppingReleasesWhatWaitsAndLetsTheRestFinish) {
  Grant({"a", "b"});
  state_->Stop(absl::Seconds(60), now_);
  Advance();
  Tick(absl::Milliseconds(10));
  v1::SyncRequest request = Send();
  EXPECT_TRUE(request.draining());
  EXPECT_THAT(Running(request), ElementsAre("a"));
  EXPECT_THAT(Finished(request), ElementsAre("b released"));
  EXPECT_FALSE(state_->is_stopped(now_));

  Done();
  Send();
  v1::SyncReply reply = Reply();
  *reply.add_acknowledged() = Lease("a");
  *reply.add_acknowledged() = Lease("b");
  state_->ApplyReply(reply, now_);
  EXPECT_TRUE(state_->is_stopped(now_));
}

TEST_F(WorkerStateTest, AUnitThatOutlastsTheGraceIsReleased) {
  Grant({"a"});
  state_->Stop(absl::Seconds(20), now_);
  Advance();
  Tick(absl::Seconds(20));
  EXPECT_EQ(Count<CancelFrame>(Advance()), 1);
  Tick(absl::Seconds(5));
  EXPECT_EQ(Count<KillRunnerCommand>(Advance()), 1);
  state_->RunnerExited(0, {.how = "died with SIGKILL (Killed)"}, "", now_);
  EXPECT_THAT(Finished(Send()), ElementsAre("a released"));
}

TEST_F(WorkerStateTest, StoppingEndsEvenWithoutACoordinator) {
  Grant({"a"});
  state_->Stop(absl::Seconds(20), now_);
  Tick(absl::Seconds(34));
  EXPECT_FALSE(state_->is_stopped(now_));
  Tick(absl::Seconds(1));
  EXPECT_TRUE(state_->is_stopped(now_));
}

TEST_F(WorkerStateTest, DrainingByTheCoordinatorLastsAsLongAsItSays) {
  Grant({"a", "b"});
  Tick(absl::Milliseconds(10));
  Send();
  v1::SyncReply reply = Reply();
  reply.set_drain(true);
  state_->ApplyReply(reply, now_);
  Tick(absl::Milliseconds(10));
  const v1::SyncRequest request = Send();
  EXPECT_FALSE(request.draining()) << "it would never be undone";
  EXPECT_THAT(Running(request), ElementsAre("a"));
  EXPECT_THAT(Finished(request), ElementsAre("b released"));
  Done();
  Grant({"c"});
  EXPECT_THAT(started_, ElementsAre("a", "c"));
}

TEST_F(WorkerStateTest, ARefusalIsFatalAndAnOutageIsNot) {
  struct Case {
    absl::Status status;
    bool is_fatal;
  };
  const Case kCases[] = {
      {absl::UnavailableError("down"), false},
      {absl::DeadlineExceededError("slow"), false},
      {absl::AbortedError("a later sync came"), false},
      {absl::FailedPreconditionError("started anew elsewhere"), true},
      {absl::InvalidArgumentError("bad"), true},
      {absl::UnimplementedError("old"), true},
  };
  for (const Case& c : kCases) {
    WorkerState state(WorkerDescription{.incarnation = "w"});
    const int64_t sequence = state.BeginSync(now_).sequence();
    state.ApplySyncError(sequence, c.status, now_);
    EXPECT_EQ(!state.fatal().ok(), c.is_fatal) << c.status;
  }
}

TEST_F(WorkerStateTest, TheWorkspaceIsProvenByItsNonce) {
  Grant({});
  EXPECT_EQ(state_->workspace(), "/ws");
  state_->SetWorkspaceNonce("n-1");
  Tick(absl::Milliseconds(10));
  v1::SyncRequest request = Send();
  EXPECT_EQ(request.workspace(), "/ws");
  EXPECT_EQ(request.workspace_nonce(), "n-1");
  state_->SetWorkspaceNonce("n-1");
  EXPECT_FALSE(state_->ShouldAbandonSync());
  state_->SetWorkspaceNonce("n-2");
  EXPECT_TRUE(state_->ShouldAbandonSync());
}

TEST_F(WorkerStateTest, HoldsAreLongOnlyWhileNothingIsOwed) {
  Grant({});
  state_->SetWorkspaceNonce("n-1");
  Tick(absl::Milliseconds(10));
  EXPECT_EQ(Send().max_hold_micros(), 30'000'000);
  state_->ApplyReply(Reply(), now_);
  Grant({"a"});
  Tick(absl::Milliseconds(10));
  EXPECT_EQ(Send().max_hold_micros(), 5'000'000);
}

}  // namespace
}  // namespace decant
