#include "coordinator/dispatch/core_metrics.h"

#include "gtest/gtest.h"

namespace decant {
namespace {

TEST(DecadeHistogramTest, CountsByDecadeWithTheBoundIncluded) {
  DecadeHistogram histogram;
  histogram.Add(absl::Microseconds(10));
  histogram.Add(absl::Milliseconds(1));
  histogram.Add(absl::Milliseconds(2));
  histogram.Add(absl::Seconds(1));
  histogram.Add(absl::Hours(1000));

  EXPECT_EQ(histogram.counts[0], 2);
  EXPECT_EQ(histogram.counts[1], 1);
  EXPECT_EQ(histogram.counts[3], 1);
  EXPECT_EQ(histogram.counts.back(), 1);
  EXPECT_EQ(histogram.count, 5);
  EXPECT_NEAR(histogram.sum_seconds, 3'600'001.00301, 1e-6);
}

}  // namespace
}  // namespace decant
