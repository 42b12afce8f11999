#include "common/recipe/gate_metrics.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace decant {
namespace {

// A change here is a change of what recipes mean: docs and planner follow.
TEST(GateMetricsTest, ListsExactlyWhatIsComputed) {
  EXPECT_THAT(GateMetricNames(),
              ::testing::ElementsAre("changed_elements_fraction",
                                     "max_relative_change"));
}

}  // namespace
}  // namespace decant
