#include "coordinator/dispatch/core_loop.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/coordinator/dispatch/test_cluster.h"

namespace decant {
namespace {

using testing::HasSubstr;

// A store whose disk can fill up or break.
class FaultyStore final : public Store {
 public:
  const std::string& store_id() const override { return inner_.store_id(); }
  absl::StatusOr<StoreSnapshot> LoadAll() override { return inner_.LoadAll(); }
  absl::StatusOr<std::vector<StoredUnit>> LoadUnits(
      absl::string_view job_id) override {
    return inner_.LoadUnits(job_id);
  }
  absl::StatusOr<std::vector<EventRow>> LoadEvents(absl::string_view job_id,
                                                   int limit) override {
    return inner_.LoadEvents(job_id, limit);
  }
  absl::StatusOr<std::vector<AttemptRow>> LoadAttempts(
      absl::string_view job_id) override {
    return inner_.LoadAttempts(job_id);
  }
  absl::StatusOr<std::vector<EffectRow>> LoadEffects(
      absl::string_view job_id) override {
    return inner_.LoadEffects(job_id);
  }
  absl::Status Commit(const WriteBatch& batch) override {
    return error.ok() ? inner_.Commit(batch) : error;
  }

  absl::Status error;

 private:
  MemoryStore inner_{"s-faulty"};
};

class CoreLoopTest : public testing::Test {
 protected:
  CoreLoopTest()
      : loop_(ValueOf(CoreLoop::Open(
            {.workspace = "/ws"}, store_, files_, {},
            [this](SlowWork work) { slow_work_.push_back(work); }))) {
    files_.plans["job"] = MakePlan("job", 2);
  }
  void Run() {
    ASSERT_THAT(loop_->Step({time_, 0}, {}), IsOk());
    while (!slow_work_.empty()) {
      auto done = slow_work_.front()();
      slow_work_.pop_front();
      ASSERT_THAT(loop_->Step({time_, 0}, {[done](CoreLoop&) { done(); }}),
                  IsOk());
    }
  }
  absl::StatusOr<v1::SyncReply> Sync() {
    worker_.state.set_sequence(worker_.state.sequence() + 1);
    absl::StatusOr<v1::SyncReply> answer = absl::CancelledError();
    EXPECT_THAT(loop_->Step({time_, 0}, {[&](CoreLoop& loop) {
                              loop.Sync(worker_.state,
                                        [&](auto reply) { answer = reply; });
                            }}),
                IsOk());
    Run();
    return answer;
  }
  absl::StatusOr<v1::SubmitReply> Submit() {
    v1::SubmitRequest request;
    request.mutable_recipe()->set_text("job");
    absl::StatusOr<v1::SubmitReply> answer = absl::CancelledError();
    EXPECT_THAT(loop_->Step({time_, 0}, {[&](CoreLoop& loop) {
                              loop.Submit(request,
                                          [&](auto reply) { answer = reply; });
                            }}),
                IsOk());
    Run();
    return answer;
  }

  FaultyStore store_;
  FakeJobFiles files_;
  std::deque<SlowWork> slow_work_;
  absl::Duration time_ = absl::Seconds(10);
  TestWorker worker_{"w1"};
  std::unique_ptr<CoreLoop> loop_;
};

TEST_F(CoreLoopTest, AFullDiskStopsLeasingInWordsAndHealsByItself) {
  ASSERT_THAT(Sync(), IsOk());
  ASSERT_THAT(Submit(), IsOk());
  store_.error = absl::ResourceExhaustedError("database /db: disk is full");
  // The grant cannot be remembered, so nobody hears of it.
  EXPECT_THAT(Sync(),
              Fails(absl::StatusCode::kResourceExhausted, HasSubstr("/db")));
  const int64_t epoch = loop_->state().jobs.begin()->second->units[0].row.epoch;
  EXPECT_TRUE(loop_->state().metrics.disk_full);
  EXPECT_THAT(Sync(),
              Fails(absl::StatusCode::kResourceExhausted, HasSubstr("/db")));

  store_.error = absl::OkStatus();
  time_ += absl::Seconds(1);
  const absl::StatusOr<v1::SyncReply> reply = Sync();

  ASSERT_THAT(reply, IsOk());
  ASSERT_EQ(reply->run_size(), 2);
  EXPECT_EQ(reply->run(0).lease().epoch(), epoch);
  EXPECT_FALSE(loop_->state().metrics.disk_full);
}

TEST_F(CoreLoopTest, NothingIsAnsweredOkWhenTheStoreBreaks) {
  store_.error = absl::InternalError("fsync failed");
  absl::StatusOr<v1::SyncReply> answer = absl::CancelledError();
  worker_.state.set_sequence(1);

  const auto step = loop_->Step(
      {time_, 0}, {[&](CoreLoop& loop) {
        loop.Sync(worker_.state, [&](auto reply) { answer = reply; });
      }});

  EXPECT_THAT(step, Fails(absl::StatusCode::kInternal, HasSubstr("fsync")));
  EXPECT_FALSE(answer.ok());
}

TEST_F(CoreLoopTest, SlowWorkBeginsOnlyAfterItsCauseIsDurable) {
  ASSERT_THAT(Sync(), IsOk());
  store_.error = absl::ResourceExhaustedError("full");
  EXPECT_THAT(Submit(),
              Fails(absl::StatusCode::kResourceExhausted, testing::_));
  EXPECT_EQ(files_.num_lookups, 0u);

  store_.error = absl::OkStatus();
  time_ += absl::Seconds(1);
  Run();

  EXPECT_EQ(files_.num_lookups, 2u);
}

TEST_F(CoreLoopTest, AnIdleLoopAsksForNoStep) {
  const auto next = loop_->Step({time_, 0}, {});

  ASSERT_THAT(next, IsOk());
  EXPECT_EQ(*next, std::nullopt);
}

TEST_F(CoreLoopTest, EndingAnswersWhatIsParked) {
  ASSERT_THAT(Sync(), IsOk());
  worker_.state.set_store_id("s-faulty");
  worker_.state.set_max_hold_micros(30'000'000);
  worker_.state.set_sequence(worker_.state.sequence() + 1);
  std::optional<absl::StatusOr<v1::SyncReply>> answer;
  ASSERT_THAT(loop_->Step({time_, 0}, {[&](CoreLoop& loop) {
                            loop.Sync(worker_.state,
                                      [&](auto reply) { answer = reply; });
                          }}),
              IsOk());
  ASSERT_FALSE(answer.has_value());

  loop_->AnswerAll(absl::UnavailableError("stopping"));

  ASSERT_TRUE(answer.has_value());
  EXPECT_THAT(*answer, Fails(absl::StatusCode::kUnavailable, testing::_));
}

}  // namespace
}  // namespace decant
