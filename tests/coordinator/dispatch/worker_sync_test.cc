#include "coordinator/dispatch/worker_sync.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/coordinator/dispatch/test_cluster.h"

namespace decant {
namespace {

using testing::_;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class WorkerSyncTest : public testing::Test {
 protected:
  // One job of `width` independent units, and one worker that knows us.
  void Start(int width) {
    cluster_.Sync(worker_);
    job_ = cluster_.SubmitPlan(MakePlan("job", width));
  }

  TestCluster cluster_;
  TestWorker worker_{"w1"};
  std::string job_;
};

TEST_F(WorkerSyncTest, ALeasedUnitComesWithItsWholeOrder) {
  Start(1);

  const v1::SyncReply reply = cluster_.Sync(worker_);

  EXPECT_EQ(reply.store_id(), "s-test");
  EXPECT_EQ(reply.workspace(), "/ws");
  EXPECT_EQ(reply.lease_ttl_micros(), 60'000'000);
  const UnitOrder& order = worker_.held.at("a0");
  EXPECT_EQ(order.job_id, job_);
  EXPECT_EQ(order.epoch, 1);
  EXPECT_EQ(order.numerics_class, "cpu");
  EXPECT_EQ(order.workspace, "/ws");
  EXPECT_EQ(order.sources.at("teacher").path, "/ckpt/teacher");
  EXPECT_EQ(order.action_key, ActionKey(order.spec, {}, order.sources, "cpu"));
}

TEST_F(WorkerSyncTest, ALostReplyIsRepeatedUnchangedWithTheSameEpoch) {
  Start(1);
  const v1::SyncReply lost = ValueOf(cluster_.TrySync(worker_));
  ASSERT_EQ(lost.run_size(), 1);

  const v1::SyncReply again = cluster_.Sync(worker_);

  ASSERT_EQ(again.run_size(), 1);
  EXPECT_EQ(again.run(0).order_json(), lost.run(0).order_json());
  EXPECT_EQ(again.run(0).lease().epoch(), 1);
  // Held now: named, but not sent again.
  const v1::SyncReply held = cluster_.Sync(worker_);
  ASSERT_EQ(held.run_size(), 1);
  EXPECT_EQ(held.run(0).order_json(), "");
}

TEST_F(WorkerSyncTest, DuplicateAndReorderedCallsAreIgnored) {
  Start(2);
  cluster_.Sync(worker_);
  cluster_.Run(worker_, "a0");
  TestWorker old = worker_;
  cluster_.Sync(worker_);
  ASSERT_EQ(cluster_.Job(job_).units_done(), 1);

  // The same call again, and one from before.
  EXPECT_THAT(cluster_.TrySync(old),
              Fails(absl::StatusCode::kAborted, HasSubstr("ignored")));
  old.state.set_sequence(0);
  EXPECT_THAT(cluster_.TrySync(old), Fails(absl::StatusCode::kAborted, _));

  EXPECT_EQ(cluster_.Job(job_).units_done(), 1);
  EXPECT_EQ(ValueOf(cluster_.store.LoadEffects(job_)).size(), 1u);
}

TEST_F(WorkerSyncTest, AResultStatedTwiceCountsOnceAndIsAcknowledgedTwice) {
  Start(1);
  cluster_.Sync(worker_);
  cluster_.Run(worker_, "a0");
  const v1::SyncReply lost = ValueOf(cluster_.TrySync(worker_));
  ASSERT_EQ(lost.acknowledged_size(), 1);

  const v1::SyncReply again = cluster_.Sync(worker_);

  EXPECT_EQ(again.acknowledged_size(), 1);
  EXPECT_EQ(ValueOf(cluster_.store.LoadEffects(job_)).size(), 1u);
}

TEST_F(WorkerSyncTest, AStaleResultIsDroppedAndAcknowledged) {
  Start(1);
  cluster_.Sync(worker_);
  cluster_.Advance(absl::Seconds(66));
  TestWorker other("w2");
  cluster_.Sync(other);
  ASSERT_EQ(other.held.at("a0").epoch, 2);

  cluster_.Run(worker_, "a0");
  const v1::SyncReply reply = cluster_.Sync(worker_);

  EXPECT_EQ(reply.acknowledged_size(), 1);
  EXPECT_EQ(cluster_.Job(job_).units_done(), 0);
  EXPECT_EQ(cluster_.state().metrics.results_refused.at("stale"), 1);
}

TEST_F(WorkerSyncTest, AWorkerThatRunsALostLeaseIsToldToDropIt) {
  Start(1);
  cluster_.Sync(worker_);
  cluster_.Advance(absl::Seconds(66));

  const v1::SyncReply reply = cluster_.Sync(worker_);

  ASSERT_EQ(reply.stop_size(), 1);
  EXPECT_EQ(reply.stop(0).why(), v1::StopUnit::WHY_STALE);
  EXPECT_EQ(reply.stop(0).lease().epoch(), 1);
}

TEST_F(WorkerSyncTest, ANewProcessReleasesOlderLeasesWithoutCountingThem) {
  Start(1);
  cluster_.Sync(worker_);
  TestWorker frozen = worker_;

  worker_.Restart("second");
  cluster_.Sync(worker_);

  EXPECT_EQ(worker_.held.at("a0").epoch, 2);
  EXPECT_EQ(cluster_.Unit(job_, "a0").attempts(), 0);
  // The old process wakes up: it must end, and changes nothing.
  cluster_.Run(frozen, "a0");
  EXPECT_THAT(
      cluster_.TrySync(frozen),
      Fails(absl::StatusCode::kFailedPrecondition, HasSubstr("started anew")));
  EXPECT_EQ(cluster_.Job(job_).units_done(), 0);
}

TEST_F(WorkerSyncTest, AnotherStoreMeansStartAnew) {
  Start(1);
  worker_.state.set_store_id("s-other");

  const v1::SyncReply reply = cluster_.Sync(worker_);

  EXPECT_TRUE(reply.reset());
  EXPECT_EQ(reply.store_id(), "s-test");
  EXPECT_THAT(worker_.held, IsEmpty());
}

TEST_F(WorkerSyncTest, AnotherApiVersionIsRefusedInWords) {
  worker_.state.set_api_version(99);

  EXPECT_THAT(cluster_.TrySync(worker_),
              Fails(absl::StatusCode::kFailedPrecondition,
                    HasSubstr("API version 99")));
}

TEST_F(WorkerSyncTest, AHostThatDoesNotSeeTheWorkspaceGetsNothing) {
  cluster_.options.workspace_nonce = "nonce";
  cluster_.Restart();
  Start(1);
  cluster_.Sync(worker_);
  EXPECT_THAT(worker_.held, IsEmpty());
  EXPECT_EQ(cluster_.Job(job_).message(), "waiting for a worker");

  worker_.state.set_workspace_nonce("nonce");
  cluster_.Sync(worker_);  // The job gets its class and begins.
  cluster_.Sync(worker_);

  EXPECT_THAT(worker_.units(), ElementsAre("a0"));
}

TEST_F(WorkerSyncTest, PollsAreHeldUntilThereIsWorkOrTheTimeIsUp) {
  cluster_.Sync(worker_);
  worker_.state.set_max_hold_micros(3'600'000'000);
  worker_.state.set_sequence(7);
  std::optional<absl::StatusOr<v1::SyncReply>> answer;
  const auto park = [&] {
    answer.reset();
    worker_.state.set_sequence(worker_.state.sequence() + 1);
    cluster_.Send([&](CoreLoop& loop) {
      loop.Sync(worker_.state, [&](auto reply) { answer = reply; });
    });
  };

  park();
  EXPECT_FALSE(answer.has_value());
  ASSERT_TRUE(cluster_.next_deadline.has_value());
  const absl::Duration hold = *cluster_.next_deadline - cluster_.time;
  EXPECT_GE(hold, absl::Seconds(24));
  EXPECT_LE(hold, absl::Seconds(30));
  cluster_.Advance(hold);
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ((*answer)->run_size(), 0);

  park();
  cluster_.SubmitPlan(MakePlan("job", 1));
  ASSERT_TRUE(answer.has_value());
  ASSERT_EQ((*answer)->run_size(), 1);
  cluster_.TakeIn(worker_, **answer);
  // Busy now: at most a twelfth of the lease time.
  v1::RunningUnit& running = *worker_.state.add_running();
  running.mutable_lease()->set_job_id(worker_.held.at("a0").job_id);
  running.mutable_lease()->set_unit_id("a0");
  running.mutable_lease()->set_epoch(1);
  park();
  EXPECT_FALSE(answer.has_value());
  EXPECT_LE(*cluster_.next_deadline - cluster_.time, absl::Seconds(5));
}

TEST_F(WorkerSyncTest, ALaterSyncEndsTheParkedOne) {
  cluster_.Sync(worker_);
  worker_.state.set_max_hold_micros(30'000'000);
  std::optional<absl::StatusOr<v1::SyncReply>> parked;
  worker_.state.set_sequence(7);
  cluster_.Send([&](CoreLoop& loop) {
    loop.Sync(worker_.state, [&](auto reply) { parked = reply; });
  });
  ASSERT_FALSE(parked.has_value());

  worker_.state.set_max_hold_micros(0);
  EXPECT_THAT(cluster_.TrySync(worker_), IsOk());

  ASSERT_TRUE(parked.has_value());
  EXPECT_THAT(*parked, Fails(absl::StatusCode::kAborted, _));
}

TEST_F(WorkerSyncTest, SilentWorkersAreLostAndComeBack) {
  cluster_.Sync(worker_);
  const auto lost = [&] {
    return cluster_.state().IsLost(cluster_.state().workers.at("w1"));
  };
  EXPECT_FALSE(lost());
  cluster_.Advance(absl::Seconds(66));
  EXPECT_TRUE(lost());

  cluster_.Sync(worker_);

  EXPECT_FALSE(lost());
}

}  // namespace
}  // namespace decant
