#include "worker/daemon/sync_pacer.h"

#include <gtest/gtest.h>

namespace decant {
namespace {

constexpr absl::Duration kTtl = absl::Seconds(60);

absl::Duration Second(int64_t seconds) { return absl::Seconds(seconds); }

TEST(SyncPacerTest, TheFirstCallLeavesAtOnceAndOnlyOneIsUnderWay) {
  SyncPacer pacer("w");
  EXPECT_LE(pacer.next_call_at(), Second(0));
  EXPECT_EQ(pacer.Begin(Second(0)), 1);
  EXPECT_EQ(pacer.next_call_at(), absl::InfiniteDuration());
}

TEST(SyncPacerTest, LeasesHoldFromTheSendNotFromTheAnswer) {
  SyncPacer pacer("w");
  EXPECT_EQ(pacer.lease_deadline(), absl::InfiniteDuration());
  const int64_t sequence = pacer.Begin(Second(100));
  ASSERT_TRUE(pacer.Succeed(sequence, kTtl, Second(0), Second(130)));
  EXPECT_EQ(pacer.lease_deadline(), Second(150));
}

TEST(SyncPacerTest, OnlyTheCallInFlightIsAnswered) {
  SyncPacer pacer("w");
  const int64_t first = pacer.Begin(Second(0));
  pacer.Abandon(Second(1));
  const int64_t second = pacer.Begin(Second(1));
  EXPECT_FALSE(pacer.Succeed(first, kTtl, Second(0), Second(2)));
  EXPECT_FALSE(pacer.Fail(first, Second(2)));
  EXPECT_EQ(pacer.lease_deadline(), absl::InfiniteDuration());
  EXPECT_TRUE(pacer.Succeed(second, kTtl, Second(0), Second(2)));
  EXPECT_FALSE(pacer.Succeed(second, kTtl, Second(0), Second(40)));
  EXPECT_EQ(pacer.lease_deadline(), Second(1) + kTtl * 5 / 6);
}

TEST(SyncPacerTest, AFailedCallDoesNotProlongLeases) {
  SyncPacer pacer("w");
  pacer.Succeed(pacer.Begin(Second(0)), kTtl, Second(0), Second(0));
  pacer.Fail(pacer.Begin(Second(20)), Second(30));
  EXPECT_EQ(pacer.lease_deadline(), Second(50));
  EXPECT_FALSE(pacer.is_connected());
}

TEST(SyncPacerTest, BackoffGrowsToFiveSecondsAndHurryDoesNotPassIt) {
  SyncPacer pacer("w");
  absl::Duration now = Second(0);
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
  pacer.Succeed(pacer.Begin(Second(0)), absl::Seconds(2), Second(0), Second(0));
  for (int i = 0; i < 10; ++i) pacer.Fail(pacer.Begin(Second(1)), Second(1));
  EXPECT_LE(pacer.next_call_at() - Second(1), absl::Milliseconds(334));
}

TEST(SyncPacerTest, AnswersWithoutNewsMakeNoLoop) {
  SyncPacer pacer("w");
  pacer.Succeed(pacer.Begin(Second(0)), kTtl, Second(0), Second(0));
  EXPECT_GT(pacer.next_call_at(), Second(0));
  EXPECT_LT(pacer.next_call_at(), absl::Milliseconds(50));
}

TEST(SyncPacerTest, HoldsFollowTheTtl) {
  SyncPacer pacer("w");
  EXPECT_EQ(pacer.HoldLimit(false), absl::ZeroDuration());  // Learn the store.
  pacer.Succeed(pacer.Begin(Second(0)), kTtl, Second(0), Second(0));
  EXPECT_EQ(pacer.HoldLimit(true), Second(5));
  EXPECT_EQ(pacer.HoldLimit(false), Second(30));
  EXPECT_EQ(pacer.AnswerTimeout(Second(30)), Second(45));
  pacer.Succeed(pacer.Begin(Second(1)), absl::Seconds(2), Second(0), Second(1));
  EXPECT_EQ(pacer.HoldLimit(true), absl::Seconds(2) / 12);
}

}  // namespace
}  // namespace decant
