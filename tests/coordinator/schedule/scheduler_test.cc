#include "coordinator/schedule/scheduler.h"

#include <chrono>
#include <map>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace decant {
namespace {

UnitSpec Spec(double flops = 1e12) {
  UnitSpec spec;
  spec.op = "merge";
  spec.cost.flops = flops;
  return spec;
}

class SchedulerTest : public testing::Test {
 protected:
  SchedulerTest() {
    offer_.numerics_class = "cpu";
    offer_.op_versions = &ops_;
  }

  // Picks and takes, as the core does.
  std::optional<UnitKey> Take() {
    const std::optional<UnitKey> unit = scheduler_.Pick(offer_);
    if (unit.has_value()) {
      scheduler_.RemoveReady(*unit);
      scheduler_.CountRunning(unit->job, 1);
    }
    return unit;
  }

  std::map<std::string, int64_t> ops_ = {{"merge", 1}};
  SlotOffer offer_;
  Scheduler scheduler_;
};

TEST_F(SchedulerTest, TheJobWithFewestRunningUnitsComesFirst) {
  for (size_t i = 0; i < 4; ++i) {
    scheduler_.AddReady({1, i}, Spec(), 0);
    scheduler_.AddReady({2, i}, Spec(), 0);
  }
  scheduler_.OpenJob(1, "cpu");
  scheduler_.OpenJob(2, "cpu");
  scheduler_.CountRunning(1, 2);

  std::vector<int64_t> jobs;
  for (int i = 0; i < 5; ++i) jobs.push_back(Take()->job);

  EXPECT_THAT(jobs, testing::ElementsAre(2, 2, 1, 2, 1));
}

TEST_F(SchedulerTest, ClosedJobsLeaseNothingButKeepTheirUnits) {
  scheduler_.AddReady({1, 0}, Spec(), 0);
  EXPECT_EQ(scheduler_.Pick(offer_), std::nullopt);
  EXPECT_EQ(scheduler_.num_ready(), 0u);

  scheduler_.OpenJob(1, "cpu");
  EXPECT_EQ(scheduler_.Pick(offer_), (UnitKey{1, 0}));
  scheduler_.CloseJob(1);

  EXPECT_EQ(scheduler_.Pick(offer_), std::nullopt);
  EXPECT_EQ(scheduler_.num_ready(1), 1u);
}

TEST_F(SchedulerTest, ForgottenJobsLoseTheirUnits) {
  scheduler_.OpenJob(1, "cpu");
  scheduler_.AddReady({1, 0}, Spec(), 0);

  scheduler_.ForgetJob(1);
  scheduler_.OpenJob(1, "cpu");

  EXPECT_EQ(scheduler_.Pick(offer_), std::nullopt);
  EXPECT_EQ(scheduler_.num_ready(), 0u);
}

TEST_F(SchedulerTest, AnIneligibleHostGetsTheNextJob) {
  for (int64_t job : {1, 2}) {
    scheduler_.OpenJob(job, "cpu");
    scheduler_.AddReady({job, 0}, Spec(), 0);
  }
  const std::set<int64_t> ineligible = {1};
  offer_.ineligible_jobs = &ineligible;

  EXPECT_EQ(scheduler_.Pick(offer_), (UnitKey{2, 0}));
  EXPECT_THAT(scheduler_.WhyNothing(1, offer_), testing::HasSubstr("sources"));
}

TEST_F(SchedulerTest, VersionGrowsWhenMoreMayBeLeased) {
  scheduler_.OpenJob(1, "cpu");
  const int64_t before = scheduler_.version();
  scheduler_.AddReady({1, 0}, Spec(), 0);
  const int64_t after = scheduler_.version();
  scheduler_.RemoveReady({1, 0});

  EXPECT_GT(after, before);
  EXPECT_EQ(scheduler_.version(), after);
}

TEST_F(SchedulerTest, AddingTwiceIsAddingOnce) {
  scheduler_.OpenJob(1, "cpu");
  scheduler_.AddReady({1, 0}, Spec(), 0);
  scheduler_.AddReady({1, 0}, Spec(), 0);

  EXPECT_EQ(scheduler_.num_ready(), 1u);
}

TEST_F(SchedulerTest, HundredThousandUnitsCostLessThanAMillisecondEach) {
  constexpr size_t kUnits = 100'000;
  scheduler_.OpenJob(1, "cpu");
  for (size_t i = 0; i < kUnits; ++i) {
    UnitSpec spec = Spec(static_cast<double>(i % 977));
    spec.step = static_cast<int64_t>(i % 3);
    spec.cost.host_memory_bytes = static_cast<int64_t>(i % 50);
    scheduler_.AddReady({1, i}, spec, 0);
  }

  size_t taken = 0;
  const auto start = std::chrono::steady_clock::now();
  while (Take().has_value()) ++taken;
  const std::chrono::duration<double> elapsed =
      std::chrono::steady_clock::now() - start;

  EXPECT_EQ(taken, kUnits);
  // Some 20 us each; the bound leaves room for a busy machine.
  EXPECT_LT(elapsed.count() / kUnits, 1e-3);
}

TEST(IsTinyTest, IsUnderASecondOnASlowSlot) {
  EXPECT_TRUE(IsTiny({.bytes_read = 100'000'000, .flops = 1e9}));
  EXPECT_FALSE(IsTiny({.bytes_read = 1'000'000'000}));
  EXPECT_FALSE(IsTiny({.flops = 1e11}));
}

}  // namespace
}  // namespace decant
