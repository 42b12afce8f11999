#include "coordinator/dispatch/job_start.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/coordinator/dispatch/test_cluster.h"

namespace decant {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TestWorker CudaWorker(const std::string& id) {
  TestWorker worker(id);
  worker.state.set_numerics_class("cuda-sm90");
  worker.state.mutable_slots(0)->set_device("cuda:0");
  worker.state.mutable_slots(0)->set_device_memory_bytes(1LL << 36);
  return worker;
}

TEST(JobStartTest, JobsPreferTheClassWithCuda) {
  TestCluster cluster;
  TestWorker cpu("w1", 8);
  cluster.Sync(cpu);
  EXPECT_EQ(PreferredClass(cluster.state()), "cpu");
  TestWorker cuda = CudaWorker("w2");
  cluster.Sync(cuda);

  EXPECT_EQ(PreferredClass(cluster.state()), "cuda-sm90");
  cluster.Advance(absl::Seconds(60));
  cluster.Sync(cpu);
  cluster.Advance(absl::Seconds(10));
  EXPECT_EQ(PreferredClass(cluster.state()), "cpu");
}

TEST(JobStartTest, TheFirstWorkerGivesAWaitingJobItsClass) {
  TestCluster cluster;
  const std::string job = cluster.SubmitPlan(MakePlan("job", 1));
  EXPECT_EQ(cluster.Job(job).result_identity(), "");

  TestWorker cuda = CudaWorker("w1");
  cluster.Sync(cuda);
  cluster.Sync(cuda);

  EXPECT_THAT(cuda.units(), ElementsAre("a0"));
  EXPECT_EQ(cluster.Job(job).numerics_class(), "cuda-sm90");
  EXPECT_EQ(cluster.Job(job).result_identity(),
            ResultIdentity(MakePlan("job", 1).recipe_identity, "cuda-sm90"));
}

TEST(JobStartTest, AnOccupiedOutputIsJudgedOnceTheClassIsKnown) {
  TestCluster cluster;
  const JobPlan plan = MakePlan("job", 1);
  cluster.files.outputs[plan.output_path] =
      ResultIdentity(plan.recipe_identity, "cpu");
  const std::string same = cluster.SubmitPlan(plan);
  EXPECT_EQ(cluster.Job(same).state(), v1::JOB_STATE_PLANNING);
  const JobPlan other_plan = MakePlan("other", 1);
  cluster.files.outputs[other_plan.output_path] = "something else";
  const std::string other = cluster.SubmitPlan(other_plan);

  TestWorker worker("w1");
  cluster.Sync(worker);

  EXPECT_EQ(cluster.Job(same).state(), v1::JOB_STATE_DONE);
  EXPECT_EQ(cluster.Job(same).published_path(), plan.output_path);
  EXPECT_EQ(cluster.Job(other).state(), v1::JOB_STATE_FAILED);
  EXPECT_THAT(cluster.Job(other).message(), HasSubstr("--replace"));
}

}  // namespace
}  // namespace decant
