#include "coordinator/dispatch/job_protos.h"

#include <set>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/coordinator/dispatch/test_cluster.h"

namespace decant {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(JobProtosTest, EveryStateHasItsOwnProto) {
  std::set<int> jobs;
  for (int i = 0; i < kNumJobStates; ++i) {
    jobs.insert(ToProto(static_cast<JobState>(i)));
  }
  EXPECT_EQ(jobs.size(), static_cast<size_t>(kNumJobStates));
  EXPECT_EQ(jobs.count(v1::JOB_STATE_UNSPECIFIED), 0u);
  std::set<int> units;
  for (int i = 0; i < kNumUnitStates; ++i) {
    units.insert(ToProto(static_cast<UnitState>(i)));
  }
  EXPECT_EQ(units.size(), static_cast<size_t>(kNumUnitStates));
  EXPECT_EQ(units.count(v1::UNIT_STATE_UNSPECIFIED), 0u);
}

TEST(JobProtosTest, ProgressIsCountedByPhase) {
  TestCluster cluster;
  TestWorker worker("w1");
  cluster.Sync(worker);
  const std::string id = cluster.SubmitPlan(MakePlan("job", 3));
  cluster.Sync(worker);
  cluster.Run(worker, "a0");
  cluster.Sync(worker);

  const v1::Job job = cluster.Job(id);

  EXPECT_EQ(job.units(), 5);
  ASSERT_EQ(job.phases_size(), 3);
  EXPECT_EQ(job.phases(0).phase(), "project");
  EXPECT_EQ(job.phases(0).units(), 3);
  EXPECT_EQ(job.phases(0).done(), 1);
  EXPECT_EQ(job.phases(0).running(), 2);
  EXPECT_DOUBLE_EQ(job.cost_done() / job.cost_total(), 0.2);
}

TEST(JobProtosTest, AUnitSaysWhatItWaitsFor) {
  TestCluster cluster;
  TestWorker worker("w1");
  cluster.Sync(worker);
  const std::string id = cluster.SubmitPlan(MakePlan("job", 4));
  cluster.Sync(worker);

  EXPECT_THAT(cluster.Unit(id, "seal").waits_for(), ElementsAre("merge"));
  EXPECT_THAT(cluster.Unit(id, "seal").message(), HasSubstr("1 inputs"));
  EXPECT_THAT(cluster.Unit(id, "a3").message(), HasSubstr("free slot"));
  EXPECT_EQ(cluster.Unit(id, "a0").worker_id(), "w1");
}

TEST(JobProtosTest, AWorkerOutsideTheWorkspaceSaysSo) {
  TestCluster cluster;
  cluster.options.workspace_nonce = "n";
  cluster.Restart();
  TestWorker worker("w1");
  cluster.Sync(worker);

  const v1::Worker proto =
      ToProto(cluster.state(), cluster.state().workers.at("w1"));

  ASSERT_EQ(proto.ineligible_size(), 1);
  EXPECT_THAT(proto.ineligible(0).reason(), HasSubstr("workspace /ws"));
}

}  // namespace
}  // namespace decant
