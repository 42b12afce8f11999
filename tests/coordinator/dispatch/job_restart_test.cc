#include "coordinator/dispatch/job_restart.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/coordinator/dispatch/test_cluster.h"

namespace decant {
namespace {

using testing::ElementsAre;

TEST(JobRestartTest, ARejectedJobSealsAgainAndNothingElse) {
  TestCluster cluster;
  TestWorker worker("w1");
  cluster.Sync(worker);
  cluster.seal_summary["changed_elements"] = 0;
  const std::string job = cluster.SubmitPlan(MakePlan("job", 2));
  cluster.RunAll(worker);
  ASSERT_EQ(cluster.Job(job).state(), v1::JOB_STATE_REJECTED);

  ASSERT_THAT(cluster.Act(JobAction::kRetry, job), IsOk());

  const v1::Job running = cluster.Job(job);
  EXPECT_EQ(running.state(), v1::JOB_STATE_RUNNING);
  EXPECT_EQ(running.gates_json(), "");
  EXPECT_EQ(running.published_path(), "");
  EXPECT_EQ(running.finished_unix_micros(), 0);
  cluster.Sync(worker);
  EXPECT_THAT(worker.units(), ElementsAre("seal"));
  cluster.seal_summary["changed_elements"] = 5;
  cluster.RunAll(worker);
  EXPECT_EQ(cluster.Job(job).state(), v1::JOB_STATE_DONE);
  // The second seal is another effect than the one that was thrown away.
  int num_seals = 0;
  for (const EffectRow& effect : ValueOf(cluster.store.LoadEffects(job))) {
    if (effect.unit_id == "seal") ++num_seals;
  }
  EXPECT_EQ(num_seals, 2);
}

TEST(JobRestartTest, AJobOfAnEarlierProcessLoadsItsUnitsFirst) {
  TestCluster cluster;
  TestWorker worker("w1");
  cluster.Sync(worker);
  const std::string job = cluster.SubmitPlan(MakePlan("job", 2));
  ASSERT_THAT(cluster.Act(JobAction::kCancel, job), IsOk());
  ASSERT_EQ(cluster.Job(job).state(), v1::JOB_STATE_CANCELLED);
  cluster.Restart();

  ASSERT_THAT(cluster.Act(JobAction::kRetry, job), IsOk());
  cluster.RunAll(worker);

  EXPECT_EQ(cluster.Job(job).state(), v1::JOB_STATE_DONE);
}

}  // namespace
}  // namespace decant
