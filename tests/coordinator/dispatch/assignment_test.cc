#include "coordinator/dispatch/assignment.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/coordinator/dispatch/test_cluster.h"

namespace decant {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

// A parked worker and the answer it gets.
struct Parked {
  TestWorker worker;
  std::optional<absl::StatusOr<v1::SyncReply>> answer;
};

void Park(TestCluster& cluster, Parked& parked) {
  cluster.Sync(parked.worker);
  parked.worker.state.set_max_hold_micros(30'000'000);
  parked.worker.state.set_sequence(parked.worker.state.sequence() + 1);
  cluster.Send([&](CoreLoop& loop) {
    loop.Sync(parked.worker.state,
              [&parked](auto reply) { parked.answer = reply; });
  });
}

TEST(AssignmentTest, IdleSlotsComeBeforeLeasingAhead) {
  TestCluster cluster;
  Parked a{TestWorker("w1")};
  Parked b{TestWorker("w2")};
  Park(cluster, a);
  Park(cluster, b);

  cluster.SubmitPlan(MakePlan("job", 2));

  ASSERT_TRUE(a.answer.has_value() && b.answer.has_value());
  EXPECT_EQ((*a.answer)->run_size(), 1);
  EXPECT_EQ((*b.answer)->run_size(), 1);
}

TEST(AssignmentTest, OneUnitIsLeasedAheadForEachSlot) {
  TestCluster cluster;
  TestWorker worker("w1", 2);
  cluster.Sync(worker);
  cluster.SubmitPlan(MakePlan("job", 10));

  cluster.Sync(worker);

  EXPECT_THAT(worker.held, SizeIs(4));
}

TEST(AssignmentTest, TinyUnitsAreLeasedSixteenAhead) {
  TestCluster cluster;
  TestWorker worker("w1");
  cluster.Sync(worker);
  JobPlan plan = MakePlan("job", 100);
  for (UnitSpec& unit : plan.units) unit.cost.flops = 1e6;
  cluster.SubmitPlan(plan);

  cluster.Sync(worker);

  EXPECT_THAT(worker.held, SizeIs(17));
}

TEST(AssignmentTest, NearTheEndNothingIsLeasedAhead) {
  TestCluster cluster;
  TestWorker worker("w1");
  TestWorker other("w2");
  cluster.Sync(worker);
  cluster.Sync(other);
  cluster.SubmitPlan(MakePlan("job", 2));

  cluster.Sync(worker);
  EXPECT_THAT(worker.held, SizeIs(1));
  cluster.Sync(other);

  EXPECT_THAT(other.held, SizeIs(1));
}

TEST(AssignmentTest, OnlyMatchingWorkersGetUnits) {
  TestCluster cluster;
  TestWorker worker("w1");
  cluster.Sync(worker);
  const std::string job = cluster.SubmitPlan(MakePlan("job", 1));
  ASSERT_EQ(cluster.Job(job).numerics_class(), "cpu");

  TestWorker other_class("w2");
  other_class.state.set_numerics_class("cpu-avx512");
  cluster.Sync(other_class);
  EXPECT_THAT(other_class.held, IsEmpty());
  TestWorker other_version("w3");
  (*other_version.state.mutable_op_versions())["op"] = 2;
  cluster.Sync(other_version);
  EXPECT_THAT(other_version.held, IsEmpty());
  TestWorker ineligible("w4");
  v1::IneligibleJob& entry = *ineligible.state.add_ineligible();
  entry.set_job_id(job);
  entry.set_reason("teacher: shard 3 changed");
  cluster.Sync(ineligible);
  EXPECT_THAT(ineligible.held, IsEmpty());
  TestWorker draining("w5");
  draining.state.set_draining(true);
  cluster.Sync(draining);
  EXPECT_THAT(draining.held, IsEmpty());

  // The one that matches leaves; the job says why nobody else will do.
  cluster.Advance(absl::Seconds(66));
  for (TestWorker* each : {&other_class, &other_version, &ineligible}) {
    cluster.Sync(*each);
  }
  EXPECT_THAT(cluster.Job(job).message(),
              testing::AllOf(HasSubstr("no eligible worker"),
                             HasSubstr("w2: op: numerics class"),
                             HasSubstr("w3: op: has version 2"),
                             HasSubstr("w4: teacher: shard 3 changed")));
  cluster.Sync(worker);
  EXPECT_THAT(worker.units(), ElementsAre("a0"));
  EXPECT_EQ(cluster.Job(job).message(), "");
}

TEST(AssignmentTest, PortableUnitsRunAnywhere) {
  TestCluster cluster;
  TestWorker worker("w1");
  cluster.Sync(worker);
  JobPlan plan = MakePlan("job", 1);
  plan.units[0].portable = true;
  cluster.SubmitPlan(plan);

  TestWorker other_class("w2");
  other_class.state.set_numerics_class("cuda-sm90");
  cluster.Sync(other_class);

  EXPECT_THAT(other_class.units(), ElementsAre("a0"));
}

TEST(AssignmentTest, WithoutWorkersAJobSaysWhatItWaitsFor) {
  TestCluster cluster;

  const std::string job = cluster.SubmitPlan(MakePlan("job", 1));

  EXPECT_EQ(cluster.Job(job).state(), v1::JOB_STATE_RUNNING);
  EXPECT_EQ(cluster.Job(job).message(), "waiting for a worker");
}

}  // namespace
}  // namespace decant
