#include "coordinator/dispatch/core.h"

#include <future>
#include <thread>
#include <vector>

#include "common/base/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/coordinator/dispatch/test_cluster.h"

namespace decant {
namespace {

// Calls a method of the core from this thread and waits for its answer.
template <typename T, typename Call>
absl::StatusOr<T> Ask(Call call) {
  auto promise = std::make_shared<std::promise<absl::StatusOr<T>>>();
  call([promise](absl::StatusOr<T> value) { promise->set_value(value); });
  return promise->get_future().get();
}

class CoreTest : public testing::Test {
 protected:
  CoreTest() {
    files_.plans["job"] = MakePlan("job", 8);
    core_ = ValueOf(
        Core::Start({.workspace = "/ws"}, store_, files_, Clock::Real()));
  }
  absl::StatusOr<v1::SyncReply> Sync(TestWorker& worker) {
    worker.state.set_sequence(worker.state.sequence() + 1);
    return Ask<v1::SyncReply>(
        [&](auto reply) { core_->Sync(worker.state, reply); });
  }

  MemoryStore store_{"s-threads"};
  FakeJobFiles files_;
  std::unique_ptr<Core> core_;
};

TEST_F(CoreTest, ManyThreadsSubmitAndReadAtOnce) {
  std::vector<std::thread> threads;
  std::vector<std::string> ids(8);
  for (size_t i = 0; i < ids.size(); ++i) {
    threads.emplace_back([&, i] {
      v1::SubmitRequest request;
      request.mutable_recipe()->set_text("job");
      ids[i] = ValueOf(Ask<v1::SubmitReply>([&](auto reply) {
                 core_->Submit(request, reply);
               })).job_id();
      TestWorker worker("w" + std::to_string(i));
      EXPECT_THAT(Sync(worker), IsOk());
      EXPECT_THAT(
          Ask<CoreMetrics>([&](auto reply) { core_->GetMetrics(reply); }),
          IsOk());
    });
  }
  for (std::thread& thread : threads) thread.join();

  for (const std::string& id : ids) EXPECT_EQ(id, ids[0]);
}

TEST_F(CoreTest, AParkedPollIsAnsweredByASubmission) {
  TestWorker worker("w1");
  ASSERT_THAT(Sync(worker), IsOk());
  worker.state.set_sequence(worker.state.sequence() + 1);
  worker.state.set_max_hold_micros(20'000'000);
  worker.state.set_store_id("s-threads");
  std::promise<absl::StatusOr<v1::SyncReply>> answer;
  core_->Sync(worker.state, [&](auto reply) { answer.set_value(reply); });

  v1::SubmitRequest request;
  request.mutable_recipe()->set_text("job");
  ASSERT_THAT(
      Ask<v1::SubmitReply>([&](auto reply) { core_->Submit(request, reply); }),
      IsOk());

  const absl::StatusOr<v1::SyncReply> reply = answer.get_future().get();
  ASSERT_THAT(reply, IsOk());
  EXPECT_GE(reply->run_size(), 1);
}

TEST_F(CoreTest, StoppingAnswersParkedAndLaterCallsAndCanBeRepeated) {
  TestWorker worker("w1");
  ASSERT_THAT(Sync(worker), IsOk());
  worker.state.set_sequence(worker.state.sequence() + 1);
  worker.state.set_max_hold_micros(20'000'000);
  worker.state.set_store_id("s-threads");
  std::promise<absl::StatusOr<v1::SyncReply>> parked;
  core_->Sync(worker.state, [&](auto reply) { parked.set_value(reply); });

  core_->Stop();
  core_->Stop();

  EXPECT_THAT(parked.get_future().get(),
              Fails(absl::StatusCode::kUnavailable, testing::_));
  EXPECT_THAT(Sync(worker), Fails(absl::StatusCode::kUnavailable, testing::_));
}

}  // namespace
}  // namespace decant
