#include "common/base/clock.h"

#include <gtest/gtest.h>

#include "absl/time/clock.h"
#include "tests/common/base/fake_clock.h"

namespace decant {
namespace {

TEST(ClockTest, RealClockTellsWallTime) {
  const absl::Time before = absl::Now();
  const absl::Time told = Clock::Real().Now();
  EXPECT_LE(before, told);
  EXPECT_LE(told, absl::Now());
  EXPECT_EQ(&Clock::Real(), &Clock::Real());
}

TEST(ClockTest, SteadyTimeNeverRunsBackwards) {
  absl::Duration last = SteadyNow();
  for (int i = 0; i < 1000; ++i) {
    const absl::Duration now = SteadyNow();
    ASSERT_GE(now, last);
    last = now;
  }
  EXPECT_GT(last, absl::ZeroDuration());
}

TEST(FakeClockTest, MovesOnlyWhenTold) {
  FakeClock clock(absl::UnixEpoch());
  const absl::Duration steady = clock.SteadyNow();
  clock.Advance(absl::Seconds(3));
  EXPECT_EQ(clock.Now(), absl::FromUnixSeconds(3));
  EXPECT_EQ(clock.SteadyNow() - steady, absl::Seconds(3));
  clock.SetWallTime(absl::UnixEpoch());
  EXPECT_EQ(clock.SteadyNow() - steady, absl::Seconds(3));
}

}  // namespace
}  // namespace decant
