#include "coordinator/dispatch/job_finish.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/coordinator/dispatch/test_cluster.h"

namespace decant {
namespace {

using testing::HasSubstr;

class JobFinishTest : public testing::Test {
 protected:
  JobFinishTest() { cluster_.Sync(worker_); }

  TestCluster cluster_;
  TestWorker worker_{"w1"};
};

TEST_F(JobFinishTest, AllUnitsDoneAndGatesHeldIsPublished) {
  JobPlan plan = MakePlan("job", 1);
  plan.gates.push_back({.metric = "changed_elements_fraction", .min = 0.1});
  const std::string id = cluster_.SubmitPlan(plan);

  cluster_.RunAll(worker_);

  const v1::Job job = cluster_.Job(id);
  EXPECT_EQ(job.state(), v1::JOB_STATE_DONE);
  EXPECT_EQ(job.published_path(), plan.output_path);
  EXPECT_THAT(job.gates_json(), HasSubstr("changed_elements_fraction"));
  EXPECT_GT(job.finished_unix_micros(), 0);
  EXPECT_EQ(job.cost_done(), job.cost_total());
  EXPECT_EQ(cluster_.files.outputs.at(plan.output_path), job.result_identity());
  EXPECT_EQ(cluster_.files.cleaned.count(id), 1u);
}

TEST_F(JobFinishTest, AFailedGateRejectsAndKeepsTheModelAside) {
  JobPlan plan = MakePlan("job", 1);
  plan.gates.push_back({.metric = "changed_elements_fraction", .min = 0.9});
  const std::string id = cluster_.SubmitPlan(plan);

  cluster_.RunAll(worker_);

  const v1::Job job = cluster_.Job(id);
  EXPECT_EQ(job.state(), v1::JOB_STATE_REJECTED);
  EXPECT_THAT(job.message(), HasSubstr("below the minimum"));
  EXPECT_EQ(job.published_path(), plan.output_path + ".rejected");
  EXPECT_EQ(cluster_.files.outputs.count(plan.output_path), 0u);
  EXPECT_EQ(cluster_.files.num_publishes, 0);
}

TEST_F(JobFinishTest, ANoOpIsRejectedWithoutAnyGate) {
  cluster_.seal_summary["changed_elements"] = 0;
  const std::string id = cluster_.SubmitPlan(MakePlan("job", 1));

  cluster_.RunAll(worker_);

  EXPECT_EQ(cluster_.Job(id).state(), v1::JOB_STATE_REJECTED);
}

TEST_F(JobFinishTest, AGateWithoutItsMetricFailsTheJob) {
  JobPlan plan = MakePlan("job", 1);
  plan.gates.push_back({.metric = "beauty", .min = 0.9});
  const std::string id = cluster_.SubmitPlan(plan);

  cluster_.RunAll(worker_);

  EXPECT_EQ(cluster_.Job(id).state(), v1::JOB_STATE_FAILED);
  EXPECT_THAT(cluster_.Job(id).message(), HasSubstr("beauty"));
}

TEST_F(JobFinishTest, AFailedPublicationCanBeRetried) {
  cluster_.files.publish_error = absl::ResourceExhaustedError("disk full");
  const std::string id = cluster_.SubmitPlan(MakePlan("job", 1));
  cluster_.RunAll(worker_);
  EXPECT_EQ(cluster_.Job(id).state(), v1::JOB_STATE_FAILED);
  EXPECT_EQ(cluster_.Job(id).message(), "disk full");

  cluster_.files.publish_error = absl::OkStatus();
  ASSERT_THAT(cluster_.Act(JobAction::kRetry, id), IsOk());
  // Only the seal runs again: its staging folder was swept away.
  cluster_.Sync(worker_);
  EXPECT_THAT(worker_.units(), testing::ElementsAre("seal"));
  cluster_.RunAll(worker_);

  EXPECT_EQ(cluster_.Job(id).state(), v1::JOB_STATE_DONE);
}

TEST_F(JobFinishTest, PublishingIsRepeatedAfterACrash) {
  const std::string id = cluster_.SubmitPlan(MakePlan("job", 1));
  while (cluster_.Job(id).units_done() < 2) {
    cluster_.Sync(worker_);
    if (!worker_.held.empty() && worker_.held.count("seal") == 0) {
      cluster_.Run(worker_, worker_.held.begin()->first);
    }
  }
  ASSERT_THAT(worker_.units(), testing::ElementsAre("seal"));
  cluster_.Run(worker_, "seal");
  // The result is stored, then the process dies before anything is published.
  worker_.state.set_sequence(worker_.state.sequence() + 1);
  cluster_.StepOnly(
      [&](CoreLoop& loop) { loop.Sync(worker_.state, [](auto) {}); });
  ASSERT_EQ(cluster_.files.num_publishes, 0);

  cluster_.Restart();

  EXPECT_EQ(cluster_.Job(id).state(), v1::JOB_STATE_DONE);
  EXPECT_EQ(cluster_.files.num_publishes, 1);
}

}  // namespace
}  // namespace decant
