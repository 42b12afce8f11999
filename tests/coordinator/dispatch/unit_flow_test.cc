#include "coordinator/dispatch/unit_flow.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/coordinator/dispatch/test_cluster.h"

namespace decant {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class UnitFlowTest : public testing::Test {
 protected:
  void Start(int width) {
    cluster_.Sync(worker_);
    job_ = cluster_.SubmitPlan(MakePlan("job", width));
    cluster_.Sync(worker_);
  }
  v1::UnitState StateOf(const std::string& unit) {
    return cluster_.Unit(job_, unit).state();
  }
  // The worker runs `unit` and hears that it is accepted.
  void Finish(TestWorker& worker, const std::string& unit) {
    cluster_.Run(worker, unit);
    cluster_.Sync(worker);
  }

  TestCluster cluster_;
  TestWorker worker_{"w1"};
  TestWorker other_{"w2"};
  std::string job_;
};

TEST_F(UnitFlowTest, UnitsRunWhenTheirInputsAreMade) {
  Start(2);
  EXPECT_EQ(StateOf("merge"), v1::UNIT_STATE_BLOCKED);
  EXPECT_THAT(cluster_.Unit(job_, "merge").waits_for(),
              ElementsAre("a0", "a1"));
  Finish(worker_, "a0");
  EXPECT_EQ(StateOf("merge"), v1::UNIT_STATE_BLOCKED);

  Finish(worker_, "a1");

  EXPECT_EQ(StateOf("merge"), v1::UNIT_STATE_LEASED);
  EXPECT_EQ(worker_.held.at("merge").inputs.at("in-a0").digest,
            RunOp([&] {
              UnitOrder order;
              order.spec.outputs = {"out"};
              order.action_key = cluster_.Unit(job_, "a0").action_key();
              return order;
            }())
                .outputs.at("out")
                .digest);
}

TEST_F(UnitFlowTest, AnExpiredLeaseGoesToTheNextWorkerWithAHigherEpoch) {
  Start(1);
  cluster_.Advance(absl::Seconds(64));
  cluster_.Sync(other_);
  EXPECT_THAT(other_.held, IsEmpty());

  cluster_.Advance(absl::Seconds(1));
  cluster_.Sync(other_);

  EXPECT_EQ(other_.held.at("a0").epoch, 2);
  EXPECT_EQ(cluster_.Unit(job_, "a0").attempts(), 1);
}

TEST_F(UnitFlowTest, AFailedAttemptWaitsAndRunsAgain) {
  Start(1);
  worker_.Fail("a0", absl::StatusCode::kInternal);
  cluster_.Sync(worker_);
  EXPECT_THAT(worker_.held, IsEmpty());
  EXPECT_THAT(cluster_.Unit(job_, "a0").message(), HasSubstr("it broke"));
  EXPECT_GE(*cluster_.next_deadline, cluster_.time);

  cluster_.Advance(absl::Seconds(6.1));
  cluster_.Sync(worker_);
  EXPECT_EQ(worker_.held.at("a0").epoch, 2);
  Finish(worker_, "a0");

  EXPECT_EQ(StateOf("a0"), v1::UNIT_STATE_DONE);
  EXPECT_EQ(cluster_.Unit(job_, "a0").attempts(), 0);
}

TEST_F(UnitFlowTest, AHopelessErrorQuarantinesAndFailsTheJobInWords) {
  Start(3);
  cluster_.Sync(other_);
  ASSERT_THAT(other_.units(), ElementsAre("a2"));
  worker_.Fail("a0", absl::StatusCode::kInvalidArgument);
  cluster_.Sync(worker_);

  EXPECT_EQ(StateOf("a0"), v1::UNIT_STATE_QUARANTINED);
  const v1::Job stopping = cluster_.Job(job_);
  EXPECT_EQ(stopping.state(), v1::JOB_STATE_STOPPING);
  EXPECT_EQ(stopping.final_state(), v1::JOB_STATE_FAILED);
  EXPECT_THAT(stopping.message(),
              AllOf(HasSubstr("unit a0"), HasSubstr("worker w1"),
                    HasSubstr("attempt 1"), HasSubstr("INVALID_ARGUMENT"),
                    HasSubstr("it broke")));
  // The other lease is told to stop; when it is gone, the job has failed.
  const v1::SyncReply reply = cluster_.Sync(other_);
  ASSERT_EQ(reply.stop_size(), 1);
  EXPECT_EQ(reply.stop(0).why(), v1::StopUnit::WHY_CANCELLED);
  cluster_.Sync(other_);
  EXPECT_EQ(cluster_.Job(job_).state(), v1::JOB_STATE_FAILED);
  EXPECT_EQ(cluster_.files.cleaned.count(job_), 1u);
}

TEST_F(UnitFlowTest, ThreeFailuresOnOneWorkerQuarantine) {
  Start(1);
  for (int attempt = 1; attempt <= 3; ++attempt) {
    ASSERT_EQ(worker_.held.at("a0").epoch, attempt);
    worker_.Fail("a0", absl::StatusCode::kInternal);
    cluster_.Sync(worker_);
    cluster_.Advance(absl::Seconds(30));
    cluster_.Sync(worker_);
  }

  EXPECT_EQ(cluster_.Job(job_).state(), v1::JOB_STATE_FAILED);
  EXPECT_THAT(cluster_.Job(job_).message(), HasSubstr("3 failed attempts"));
}

TEST_F(UnitFlowTest, AResultWithoutTheDeclaredOutputsIsRefused) {
  Start(1);
  worker_.AddOutcome("a0").set_result_json(R"({"outputs":{},"summary":{}})");
  cluster_.Sync(worker_);

  EXPECT_EQ(StateOf("a0"), v1::UNIT_STATE_READY);
  EXPECT_THAT(cluster_.Unit(job_, "a0").message(), HasSubstr("outputs"));
  EXPECT_EQ(cluster_.state().metrics.results_refused.at("malformed"), 1);
}

TEST_F(UnitFlowTest, AReleasedUnitCountsNothingAndGoesOn) {
  Start(1);
  worker_.AddOutcome("a0").set_released(true);
  worker_.state.set_draining(true);
  cluster_.Sync(worker_);
  EXPECT_EQ(StateOf("a0"), v1::UNIT_STATE_READY);

  cluster_.Sync(other_);

  EXPECT_EQ(other_.held.at("a0").epoch, 2);
  EXPECT_EQ(cluster_.Unit(job_, "a0").attempts(), 0);
}

TEST_F(UnitFlowTest, OutOfMemoryGoesWhereMoreMemoryIs) {
  Start(1);
  worker_.Fail("a0", absl::StatusCode::kResourceExhausted);
  other_.state.mutable_slots(0)->set_host_memory_bytes(1LL << 40);
  cluster_.Sync(other_);
  cluster_.Sync(worker_);
  cluster_.Advance(absl::Seconds(7));

  cluster_.Sync(worker_);
  EXPECT_THAT(worker_.held, IsEmpty());
  cluster_.Sync(other_);

  EXPECT_THAT(other_.units(), ElementsAre("a0"));
}

class LostArtifactTest : public UnitFlowTest {
 protected:
  // Runs up to the merge, which the worker then holds.
  void SetUp() override {
    Start(2);
    Finish(worker_, "a0");
    Finish(worker_, "a1");
    ASSERT_THAT(worker_.units(), ElementsAre("merge"));
  }
  std::string DigestOf(const std::string& unit) {
    return worker_.held.at("merge").inputs.at("in-" + unit).digest;
  }
  // The file goes, and the merge finds out.
  void Lose(const std::string& unit) {
    const std::string digest = DigestOf(unit);
    cluster_.files.lost.insert(digest);
    worker_.Fail("merge", absl::StatusCode::kNotFound, digest);
    cluster_.Sync(worker_);
  }
};

TEST_F(LostArtifactTest, TheProducerRunsAgainAndNoAttemptIsCounted) {
  Lose("a0");

  EXPECT_EQ(StateOf("merge"), v1::UNIT_STATE_BLOCKED);
  EXPECT_EQ(StateOf("a1"), v1::UNIT_STATE_DONE);
  EXPECT_EQ(worker_.held.at("a0").epoch, 2);
  EXPECT_EQ(cluster_.Unit(job_, "merge").attempts(), 0);
  Finish(worker_, "a0");
  EXPECT_EQ(worker_.held.at("merge").epoch, 2);
  // Two effects of a0, each of its own generation.
  const auto effects = ValueOf(cluster_.store.LoadEffects(job_));
  EXPECT_EQ(effects[0].unit_id, "a0");
  EXPECT_EQ(effects[0].generation, 0);
  EXPECT_EQ(effects[1].unit_id, "a0");
  EXPECT_EQ(effects[1].generation, 1);
}

TEST_F(LostArtifactTest, ItsReturnIsFoundWithoutRunning) {
  const std::string digest = DigestOf("a0");
  worker_.Fail("merge", absl::StatusCode::kNotFound, digest);
  cluster_.Sync(worker_);

  EXPECT_THAT(worker_.units(), ElementsAre("merge"));
  EXPECT_TRUE(cluster_.Unit(job_, "a0").cached());
}

TEST_F(LostArtifactTest, ThreeLossesOfOneArtifactQuarantine) {
  Lose("a0");
  Finish(worker_, "a0");
  cluster_.time += absl::Seconds(1);
  Lose("a0");
  Finish(worker_, "a0");
  cluster_.time += absl::Seconds(1);
  Lose("a0");

  EXPECT_EQ(cluster_.Job(job_).state(), v1::JOB_STATE_FAILED);
  EXPECT_THAT(cluster_.Job(job_).message(),
              AllOf(HasSubstr("of unit a0"), HasSubstr("lost 3 times")));
}

TEST_F(LostArtifactTest, AnArtifactThatNoUnitMakesFailsTheJob) {
  worker_.Fail("merge", absl::StatusCode::kDataLoss, "source-manifest");
  cluster_.Sync(worker_);

  EXPECT_EQ(cluster_.Job(job_).state(), v1::JOB_STATE_FAILED);
  EXPECT_THAT(cluster_.Job(job_).message(),
              HasSubstr("source-manifest is lost and no unit"));
}

}  // namespace
}  // namespace decant
