#include "worker/math/slerp_coefficients.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace decant {
namespace {

TEST(SlerpFromMomentsTest, TheEndsAreExact) {
  EXPECT_EQ(SlerpFromMoments(2, 0.1, 3, 0).value(), (SlerpCoefficients{1, 0}));
  EXPECT_EQ(SlerpFromMoments(2, 0.1, 3, 1).value(), (SlerpCoefficients{0, 1}));
}

TEST(SlerpFromMomentsTest, HalfwayBetweenOrthogonalUnitsIsTheirDiagonal) {
  const SlerpCoefficients half = SlerpFromMoments(1, 0, 1, 0.5).value();
  EXPECT_NEAR(half.a, std::sqrt(0.5), 1e-15);
  EXPECT_NEAR(half.b, std::sqrt(0.5), 1e-15);
}

TEST(SlerpFromMomentsTest, TheMagnitudeIsInterpolatedLinearly) {
  const double aa = 4, bb = 25, ab = 3;
  for (const double w : {0.1, 0.37, 0.8}) {
    const SlerpCoefficients c = SlerpFromMoments(aa, ab, bb, w).value();
    const double squared = c.a * c.a * aa + 2 * c.a * c.b * ab + c.b * c.b * bb;
    EXPECT_NEAR(std::sqrt(squared), (1 - w) * 2 + w * 5, 1e-13);
  }
}

TEST(SlerpFromMomentsTest, NearlyParallelOrZeroTensorsAreInterpolatedLinearly) {
  const SlerpCoefficients linear = {0.75, 0.25};
  EXPECT_EQ(SlerpFromMoments(1, 1, 1, 0.25).value(), linear);
  EXPECT_EQ(SlerpFromMoments(1, 1 - 1e-9, 1, 0.25).value(), linear);
  EXPECT_EQ(SlerpFromMoments(0, 0, 1, 0.25).value(), linear);
  EXPECT_EQ(SlerpFromMoments(0, 0, 0, 0.25).value(), linear);
}

TEST(SlerpFromMomentsTest, RefusesAntipodesAndNonsense) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_FALSE(SlerpFromMoments(1, -1, 1, 0.5).ok());
  EXPECT_FALSE(SlerpFromMoments(1, 0, 1, -0.1).ok());
  EXPECT_FALSE(SlerpFromMoments(1, 0, 1, nan).ok());
  EXPECT_FALSE(SlerpFromMoments(nan, 0, 1, 0.5).ok());
  EXPECT_TRUE(SlerpFromMoments(1, -1, 1, 1).ok());
}

}  // namespace
}  // namespace decant
