#include "coordinator/dispatch/core_state.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/coordinator/dispatch/test_cluster.h"

namespace decant {
namespace {

using testing::IsEmpty;

class RestartTest : public testing::Test {
 protected:
  RestartTest() {
    cluster_.Sync(worker_);
    job_ = cluster_.SubmitPlan(MakePlan("job", 3));
    cluster_.Sync(worker_);
  }

  TestCluster cluster_;
  TestWorker worker_{"w1"};
  std::string job_;
};

TEST_F(RestartTest, LeasesGetOneFullTtlOfGraceAndGoOn) {
  const v1::Job before = cluster_.Job(job_);
  cluster_.Advance(absl::Seconds(60));
  cluster_.Restart();
  EXPECT_EQ(cluster_.Job(job_).units_running(), before.units_running());
  cluster_.Advance(absl::Seconds(60));

  // The worker comes back with its result: it counts.
  cluster_.Run(worker_, "a0");
  const v1::SyncReply reply = cluster_.Sync(worker_);

  EXPECT_EQ(reply.acknowledged_size(), 1);
  EXPECT_EQ(reply.stop_size(), 0);
  EXPECT_EQ(cluster_.Job(job_).units_done(), 1);
}

TEST_F(RestartTest, WithoutAWordTheLeaseExpiresAfterTheGrace) {
  cluster_.Restart();
  TestWorker other("w2");

  cluster_.Advance(absl::Seconds(65));
  cluster_.Sync(other);

  EXPECT_EQ(other.held.at("a0").epoch, 2);
}

TEST_F(RestartTest, EpochsGrowAcrossRestarts) {
  for (int64_t epoch = 2; epoch <= 4; ++epoch) {
    cluster_.Restart();
    worker_.Restart(absl::StrCat("incarnation-", epoch));
    cluster_.Sync(worker_);
    ASSERT_EQ(worker_.held.at("a0").epoch, epoch);
  }
}

TEST_F(RestartTest, AnAcknowledgedResultIsThereAndAnotherIsNot) {
  cluster_.Run(worker_, "a0");
  cluster_.Sync(worker_);
  cluster_.Restart();
  EXPECT_EQ(cluster_.Job(job_).units_done(), 1);

  cluster_.RunAll(worker_);

  EXPECT_EQ(cluster_.Job(job_).state(), v1::JOB_STATE_DONE);
  EXPECT_EQ(ValueOf(cluster_.store.LoadEffects(job_)).size(), 5u);
}

TEST(FailureCountTest, SurvivesRestarts) {
  TestCluster cluster;
  TestWorker worker("w1");
  cluster.Sync(worker);
  const std::string job = cluster.SubmitPlan(MakePlan("job", 1));
  cluster.Sync(worker);
  for (int attempt = 1; attempt <= 3; ++attempt) {
    worker.Fail("a0", absl::StatusCode::kInternal);
    cluster.Sync(worker);
    cluster.Restart();
    cluster.Sync(worker);
  }

  EXPECT_EQ(cluster.Job(job).units_quarantined(), 1);
}

TEST_F(RestartTest, StoppingAndPausedJobsStaySo) {
  ASSERT_THAT(cluster_.Act(JobAction::kPause, job_), IsOk());
  cluster_.Restart();
  EXPECT_EQ(cluster_.Job(job_).state(), v1::JOB_STATE_PAUSED);

  ASSERT_THAT(cluster_.Act(JobAction::kCancel, job_), IsOk());
  cluster_.Restart();
  EXPECT_EQ(cluster_.Job(job_).state(), v1::JOB_STATE_STOPPING);
  cluster_.Sync(worker_);
  cluster_.Sync(worker_);

  EXPECT_EQ(cluster_.Job(job_).state(), v1::JOB_STATE_CANCELLED);
  EXPECT_THAT(worker_.held, IsEmpty());
}

TEST_F(RestartTest, OldJobsAreListedWithCountsAndShowTheirUnitsWhenAsked) {
  cluster_.RunAll(worker_);
  const v1::Job before = cluster_.Job(job_);

  cluster_.Restart();

  const v1::Job after = cluster_.Job(job_);
  EXPECT_EQ(after.DebugString(), before.DebugString());
  EXPECT_FALSE(cluster_.state().jobs.begin()->second->has_units);
  EXPECT_EQ(cluster_.Unit(job_, "merge").state(), v1::UNIT_STATE_DONE);
  EXPECT_TRUE(cluster_.state().jobs.begin()->second->has_units);
}

}  // namespace
}  // namespace decant
