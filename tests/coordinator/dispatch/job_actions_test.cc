#include "coordinator/dispatch/job_actions.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/coordinator/dispatch/test_cluster.h"

namespace decant {
namespace {

using testing::_;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class JobActionsTest : public testing::Test {
 protected:
  void SetUp() override {
    cluster_.Sync(worker_);
    job_ = cluster_.SubmitPlan(MakePlan("job", 4));
    cluster_.Sync(worker_);
    ASSERT_THAT(worker_.units(), ElementsAre("a0", "a1"));
  }
  v1::JobState state() { return cluster_.Job(job_).state(); }

  TestCluster cluster_;
  TestWorker worker_{"w1"};
  std::string job_;
};

TEST_F(JobActionsTest, CancelStopsLeasesDropsLateResultsAndEnds) {
  ASSERT_THAT(cluster_.Act(JobAction::kCancel, job_), IsOk());
  EXPECT_EQ(state(), v1::JOB_STATE_STOPPING);

  // One unit finished meanwhile; the other is still listed.
  cluster_.Run(worker_, "a0");
  const v1::SyncReply reply = cluster_.SyncOnce(worker_);
  EXPECT_EQ(reply.acknowledged_size(), 1);
  ASSERT_EQ(reply.stop_size(), 1);
  EXPECT_EQ(reply.stop(0).why(), v1::StopUnit::WHY_CANCELLED);
  EXPECT_EQ(state(), v1::JOB_STATE_STOPPING);
  cluster_.Sync(worker_);

  EXPECT_EQ(state(), v1::JOB_STATE_CANCELLED);
  EXPECT_EQ(cluster_.Job(job_).units_done(), 0);
  EXPECT_EQ(cluster_.Unit(job_, "merge").state(), v1::UNIT_STATE_CANCELLED);
  EXPECT_THAT(ValueOf(cluster_.store.LoadEffects(job_)), IsEmpty());
  EXPECT_THAT(cluster_.Act(JobAction::kCancel, job_), IsOk());
}

TEST_F(JobActionsTest, ASilentWorkersLeaseEndsACancelByExpiry) {
  ASSERT_THAT(cluster_.Act(JobAction::kCancel, job_), IsOk());

  cluster_.Advance(absl::Seconds(65));

  EXPECT_EQ(state(), v1::JOB_STATE_CANCELLED);
  EXPECT_EQ(cluster_.Unit(job_, "a0").attempts(), 0);
}

TEST_F(JobActionsTest, PauseLetsRunningUnitsFinishAndLeasesNoMore) {
  ASSERT_THAT(cluster_.Act(JobAction::kPause, job_), IsOk());
  cluster_.Run(worker_, "a0");
  cluster_.Sync(worker_);

  EXPECT_EQ(state(), v1::JOB_STATE_PAUSED);
  EXPECT_EQ(cluster_.Job(job_).units_done(), 1);
  cluster_.Run(worker_, "a1");
  cluster_.Sync(worker_);
  EXPECT_THAT(worker_.held, IsEmpty());

  ASSERT_THAT(cluster_.Act(JobAction::kResume, job_), IsOk());
  cluster_.RunAll(worker_);
  EXPECT_EQ(state(), v1::JOB_STATE_DONE);
}

TEST_F(JobActionsTest, PauseTakesBackWhatHasNotStarted) {
  // As a daemon states it: one runs, the other waits its turn.
  ASSERT_THAT(cluster_.Act(JobAction::kPause, job_), IsOk());
  v1::SyncRequest& sync = worker_.state;
  sync.set_sequence(sync.sequence() + 1);
  ASSERT_EQ(sync.running_size(), 0);
  for (const char* unit : {"a0", "a1"}) {
    v1::RunningUnit& running = *sync.add_running();
    running.mutable_lease()->set_job_id(job_);
    running.mutable_lease()->set_unit_id(unit);
    running.mutable_lease()->set_epoch(1);
  }
  const v1::SyncReply reply = ValueOf(cluster_.Ask<v1::SyncReply>(
      [&](CoreLoop& loop, auto done) { loop.Sync(sync, done); }));

  ASSERT_EQ(reply.stop_size(), 2);
  EXPECT_EQ(reply.stop(0).why(), v1::StopUnit::WHY_PAUSED);
}

TEST_F(JobActionsTest, RetryGivesFreshCountsAndKeepsWhatIsDone) {
  cluster_.Run(worker_, "a0");
  worker_.Fail("a1", absl::StatusCode::kInvalidArgument);
  cluster_.Sync(worker_);
  cluster_.Sync(worker_);
  ASSERT_EQ(state(), v1::JOB_STATE_FAILED);

  ASSERT_THAT(cluster_.Act(JobAction::kRetry, job_), IsOk());

  EXPECT_EQ(state(), v1::JOB_STATE_RUNNING);
  EXPECT_EQ(cluster_.Job(job_).message(), "");
  EXPECT_EQ(cluster_.Job(job_).units_done(), 1);
  EXPECT_EQ(cluster_.Unit(job_, "a1").attempts(), 0);
  cluster_.RunAll(worker_);
  EXPECT_EQ(state(), v1::JOB_STATE_DONE);
  EXPECT_GT(cluster_.Unit(job_, "a1").epoch(), 1);
}

TEST_F(JobActionsTest, WhatTheStateForbidsIsSaid) {
  EXPECT_THAT(cluster_.Act(JobAction::kRetry, job_), IsOk());
  EXPECT_THAT(cluster_.Act(JobAction::kResume, job_), IsOk());
  EXPECT_THAT(cluster_.Act(JobAction::kCancel, "j-none"),
              Fails(absl::StatusCode::kNotFound, HasSubstr("j-none")));
  cluster_.RunAll(worker_);
  ASSERT_EQ(state(), v1::JOB_STATE_DONE);

  for (const JobAction action : {JobAction::kCancel, JobAction::kPause,
                                 JobAction::kResume, JobAction::kRetry}) {
    EXPECT_THAT(
        cluster_.Act(action, job_),
        Fails(absl::StatusCode::kFailedPrecondition, HasSubstr("is done")));
  }
}

}  // namespace
}  // namespace decant
