#include "worker/daemon/sync_client.h"

#include <gtest/gtest.h>

#include <future>

#include "tests/worker/daemon/fake_coordinator.h"

namespace decant {
namespace {

struct Answer {
  int64_t sequence = 0;
  absl::StatusOr<v1::SyncReply> reply = absl::UnknownError("");
};

v1::SyncRequest Request(int64_t sequence, absl::Duration hold) {
  v1::SyncRequest request;
  request.set_sequence(sequence);
  request.set_max_hold_micros(absl::ToInt64Microseconds(hold));
  return request;
}

TEST(SyncClientTest, AnAnswerComesWithItsSequence) {
  FakeCoordinator coordinator("/ws");
  std::promise<Answer> answer;
  SyncClient client(coordinator.address(), [&](int64_t sequence, auto reply) {
    answer.set_value({sequence, std::move(reply)});
  });
  client.Call(Request(5, absl::ZeroDuration()), absl::Seconds(60));
  const Answer got = answer.get_future().get();
  EXPECT_EQ(got.sequence, 5);
  ASSERT_TRUE(got.reply.ok()) << got.reply.status();
  EXPECT_EQ(got.reply->store_id(), "store-1");
}

TEST(SyncClientTest, AParkedCallCanBeEnded) {
  FakeCoordinator coordinator("/ws");
  std::promise<Answer> first;
  std::promise<Answer> second;
  SyncClient client(coordinator.address(), [&](int64_t sequence, auto reply) {
    (sequence == 1 ? first : second).set_value({sequence, std::move(reply)});
  });
  client.Call(Request(1, absl::Hours(1)), absl::Hours(2));
  coordinator.WaitForRequest([](const auto&) { return true; });
  client.Cancel();
  client.Call(Request(2, absl::ZeroDuration()), absl::Seconds(60));
  EXPECT_EQ(first.get_future().get().reply.status().code(),
            absl::StatusCode::kCancelled);
  EXPECT_TRUE(second.get_future().get().reply.ok());
}

TEST(SyncClientTest, NobodyThereIsUnavailableAndNamed) {
  std::promise<Answer> answer;
  SyncClient client("127.0.0.1:1", [&](int64_t sequence, auto reply) {
    answer.set_value({sequence, std::move(reply)});
  });
  client.Call(Request(1, absl::ZeroDuration()), absl::Seconds(60));
  const absl::Status status = answer.get_future().get().reply.status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_NE(status.message().find("127.0.0.1:1"), std::string::npos);
}

TEST(SyncClientTest, DestructionEndsAParkedCall) {
  FakeCoordinator coordinator("/ws");
  int answers = 0;
  {
    SyncClient client(coordinator.address(), [&](int64_t, auto) { ++answers; });
    client.Call(Request(1, absl::Hours(1)), absl::Hours(2));
    coordinator.WaitForRequest([](const auto&) { return true; });
  }
  EXPECT_EQ(answers, 1);
}

}  // namespace
}  // namespace decant
