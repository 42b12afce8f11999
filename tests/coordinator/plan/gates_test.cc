#include "coordinator/plan/gates.h"

#include <cmath>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace decant {
namespace {

using ::testing::HasSubstr;

Json Summary(double fraction, int64_t changed, int64_t nonfinite) {
  return {{"changed_elements_fraction", fraction},
          {"changed_elements", changed},
          {"nonfinite_elements", nonfinite},
          {"max_relative_change", 0.5}};
}

TEST(GatesTest, MetricWithinItsBoundsPasses) {
  const auto outcomes = EvaluateGates(
      {{.metric = "changed_elements_fraction", .min = 0.01, .max = 0.9}},
      Summary(0.5, 10, 0));

  ASSERT_TRUE(outcomes.ok()) << outcomes.status();
  EXPECT_TRUE(AllPassed(*outcomes));
  EXPECT_EQ(outcomes->front().value, 0.5);
}

TEST(GatesTest, BoundsThemselvesPass) {
  const auto outcomes = EvaluateGates(
      {{.metric = "changed_elements_fraction", .min = 0.5, .max = 0.5}},
      Summary(0.5, 10, 0));

  ASSERT_TRUE(outcomes.ok());
  EXPECT_TRUE(AllPassed(*outcomes));
}

TEST(GatesTest, MetricOutsideItsBoundsFailsWithTheNumbers) {
  const auto outcomes =
      EvaluateGates({{.metric = "changed_elements_fraction", .min = 0.6},
                     {.metric = "max_relative_change", .max = 0.4}},
                    Summary(0.5, 10, 0));

  ASSERT_TRUE(outcomes.ok());
  EXPECT_FALSE(AllPassed(*outcomes));
  EXPECT_THAT((*outcomes)[0].reason, HasSubstr("0.5 is below the minimum 0.6"));
  EXPECT_THAT((*outcomes)[1].reason, HasSubstr("0.5 is above the maximum 0.4"));
}

TEST(GatesTest, NaNNeverPasses) {
  const auto outcomes =
      EvaluateGates({{.metric = "changed_elements_fraction", .max = 1}},
                    Summary(std::nan(""), 10, 0));

  ASSERT_TRUE(outcomes.ok());
  EXPECT_FALSE(AllPassed(*outcomes));
}

TEST(GatesTest, NoOpIsRejectedThoughNoGateAsks) {
  const auto outcomes = EvaluateGates({}, Summary(0, 0, 0));

  ASSERT_TRUE(outcomes.ok());
  EXPECT_FALSE(AllPassed(*outcomes));
  EXPECT_THAT(outcomes->back().reason, HasSubstr("no-op"));
}

TEST(GatesTest, NonFiniteValuesAreRejectedThoughNoGateAsks) {
  const auto outcomes = EvaluateGates({}, Summary(0.5, 10, 1));

  ASSERT_TRUE(outcomes.ok());
  EXPECT_FALSE(AllPassed(*outcomes));
}

TEST(GatesTest, MissingMetricIsAnErrorThatNamesIt) {
  const auto outcomes =
      EvaluateGates({{.metric = "loop_rate", .max = 1}}, Summary(0.5, 10, 0));

  EXPECT_EQ(outcomes.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(outcomes.status().message(), HasSubstr("loop_rate"));
}

TEST(GatesTest, GateSurvivesItsJson) {
  const Gate gate{.metric = "max_relative_change", .max = 2.5};

  const auto read = Gate::FromJson(gate.ToJson());

  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->metric, gate.metric);
  EXPECT_EQ(read->min, gate.min);
  EXPECT_EQ(read->max, gate.max);
}

}  // namespace
}  // namespace decant
