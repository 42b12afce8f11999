#include "worker/daemon/sync_pacer.h"

#include <gtest/gtest.h>

namespace decant {
namespace {

constexpr absl::Duration kTtl = absl::Seconds(60);

absl::Duration At(int64_t seconds) { return absl::Seconds(seconds); }

TEST(SyncPacerTest, TheFirstCallLeavesAtOnceAndOnlyOneIsUnderWay) {
  SyncPacer pacer("w");
  EXPECT_LE(pacer.next_call_at(), At(0));
  EXPECT_EQ(pacer.Begin(At(0)), 1);
  EXPECT_EQ(pacer.next_call_at(), absl::InfiniteDuration());
}

TEST(SyncPacerTest, LeasesHoldFromTheSendNotFromTheAnswer) {
  SyncPacer pacer("w");
  EXPECT_EQ(pacer.lease_deadline(), absl::InfiniteDuration());
  const int64_t sequence = pacer.Begin(At(100));
  ASSERT_TRUE(pacer.Succeed(sequence, kTtl, At(0), At(130)));
  EXPECT_EQ(pacer.lease_deadline(), At(150));
}

TEST(SyncPacerTest, OnlyTheCallInFlightIsAnswered) {
  SyncPacer pacer("w");
  const int64_t first = pacer.Begin(At(0));
  pacer.Abandon(At(1));
  const int64_t second = pacer.Begin(At(1));
  EXPECT_FALSE(pacer.Succeed(first, kTtl, At(0), At(2)));
  EXPECT_FALSE(pacer.Fail(first, At(2)));
  EXPECT_EQ(pacer.lease_deadline(), absl::InfiniteDuration());
  EXPECT_TRUE(pacer.Succeed(second, kTtl, At(0), At(2)));
  EXPECT_FALSE(pacer.Succeed(second, kTtl, At(0), At(40)));
  EXPECT_EQ(pacer.lease_deadline(), At(1) + kTtl * 5 / 6);
}

TEST(SyncPacerTest, AFailedCallDoesNotProlongLeases) {
  SyncPacer pacer("w");
  pacer.Succeed(pacer.Begin(At(0)), kTtl, At(0), At(0));
  pacer.Fail(pacer.Begin(At(20)), At(30));
  EXPECT_EQ(pacer.lease_deadline(), At(50));
  EXPECT_FALSE(pacer.is_connected());
}

TEST(SyncPacerTest, BackoffGrowsToFiveSecondsAndHurryDoesNotPassIt) {
  SyncPacer pacer("w");
  absl::Duration now = At(0);
  absl::Duration longest = absl::ZeroDuration();
  for (int i = 0; i < 20; ++i) {
    pacer.Fail(pacer.Begin(now), now);
    pacer.Hurry(now);
    const absl::Duration pause = pacer.next_call_at() - now;
    EXPECT_GE(pause, absl::Milliseconds(80));
    EXPECT_LE(pause, absl::Seconds(5));
    longest = std::max(longest, pause);
    now += pause;
  }
  EXPECT_GE(longest, absl::Seconds(4));
}

TEST(SyncPacerTest, AShortTtlShortensTheBackoff) {
  SyncPacer pacer("w");
  pacer.Succeed(pacer.Begin(At(0)), absl::Seconds(2), At(0), At(0));
  for (int i = 0; i < 10; ++i) pacer.Fail(pacer.Begin(At(1)), At(1));
  EXPECT_LE(pacer.next_call_at() - At(1), absl::Milliseconds(334));
}

TEST(SyncPacerTest, AnswersWithoutNewsMakeNoLoop) {
  SyncPacer pacer("w");
  pacer.Succeed(pacer.Begin(At(0)), kTtl, At(0), At(0));
  EXPECT_GT(pacer.next_call_at(), At(0));
  EXPECT_LT(pacer.next_call_at(), absl::Milliseconds(50));
}

TEST(SyncPacerTest, HoldsFollowTheTtl) {
  SyncPacer pacer("w");
  EXPECT_EQ(pacer.HoldLimit(false), absl::ZeroDuration());  // Learn the store.
  pacer.Succeed(pacer.Begin(At(0)), kTtl, At(0), At(0));
  EXPECT_EQ(pacer.HoldLimit(true), At(5));
  EXPECT_EQ(pacer.HoldLimit(false), At(30));
  EXPECT_EQ(pacer.AnswerTimeout(At(30)), At(45));
  pacer.Succeed(pacer.Begin(At(1)), absl::Seconds(2), At(0), At(1));
  EXPECT_EQ(pacer.HoldLimit(true), absl::Seconds(2) / 12);
}

}  // namespace
}  // namespace decant
