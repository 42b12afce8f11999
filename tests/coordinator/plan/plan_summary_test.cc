#include "coordinator/plan/plan_summary.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace decant {
namespace {

UnitSpec MakeUnit(const std::string& id, const std::string& phase,
                  int64_t bytes_read) {
  UnitSpec unit{.id = id, .phase = phase, .op = phase};
  unit.cost.bytes_read = bytes_read;
  return unit;
}

JobPlan MakePlan() {
  JobPlan plan;
  plan.name = "test";
  plan.units = {MakeUnit("a", "project", 4'000'000'000),
                MakeUnit("b", "project", 4'000'000'000),
                MakeUnit("c", "merge", 1'000'000'000)};
  return plan;
}

TEST(PlanSummaryTest, PhasesAddUpInPlanOrder) {
  const auto described = DescribePlan(MakePlan(), nullptr, "cpu");

  ASSERT_TRUE(described.ok()) << described.status();
  ASSERT_EQ((*described)["phases"].size(), 2u);
  EXPECT_EQ((*described)["phases"][0]["phase"], "project");
  EXPECT_EQ((*described)["phases"][0]["units"], 2);
  EXPECT_EQ((*described)["totals"]["bytes_read"], 9'000'000'000);
  EXPECT_TRUE((*described)["phases"][0]["cached"].is_null());
}

TEST(PlanSummaryTest, MoreWorkersAreFasterUpToTheLongestUnit) {
  const auto described = DescribePlan(MakePlan(), nullptr, "cpu");

  ASSERT_TRUE(described.ok());
  const Json& estimates = (*described)["estimates"];
  EXPECT_NEAR(estimates[0]["seconds"].get<double>(), 9.0, 1e-9);
  EXPECT_NEAR(estimates[1]["seconds"].get<double>(), 5.0, 1e-9);
  EXPECT_NEAR(estimates[2]["seconds"].get<double>(), 5.0, 1e-9);
}

TEST(PlanSummaryTest, CachedUnitsCostNoTime) {
  const std::set<std::string> cached = {"a", "b", "c"};

  const auto described = DescribePlan(MakePlan(), &cached, "cpu");

  ASSERT_TRUE(described.ok());
  EXPECT_EQ((*described)["phases"][0]["cached"], 2);
  EXPECT_EQ((*described)["estimates"][0]["seconds"], 0.0);
}

TEST(PlanSummaryTest, UnknownDeviceIsRefused) {
  EXPECT_EQ(DescribePlan(MakePlan(), nullptr, "abacus").status().code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace decant
