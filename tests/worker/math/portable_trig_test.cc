#include "worker/math/portable_trig.h"

#include <cmath>

#include "gtest/gtest.h"

namespace decant {
namespace {

constexpr double kPi = 3.14159265358979323846;

TEST(PortableTrigTest, AgreesWithTheCLibrary) {
  for (int i = 0; i <= 10'000; ++i) {
    const double x = kPi * i / 10'000;
    EXPECT_NEAR(PortableSin(x), std::sin(x), 1e-15) << x;
    const double cosine = -1 + 2.0 * i / 10'000;
    const double angle = std::acos(cosine);
    EXPECT_NEAR(PortableAcos(cosine), angle, 1.5e-15 * (1 + angle)) << cosine;
  }
}

TEST(PortableTrigTest, KeepsRelativePrecisionOfSmallAngles) {
  EXPECT_NEAR(PortableSin(1e-6) / std::sin(1e-6), 1, 1e-15);
  const double cosine = 1 - 1e-9;
  EXPECT_NEAR(PortableAcos(cosine) / std::acos(cosine), 1, 1e-14);
}

TEST(PortableTrigTest, ClampsWhatRoundingPushesOut) {
  EXPECT_EQ(PortableAcos(1 + 1e-15), 0);
  EXPECT_EQ(PortableAcos(-1 - 1e-15), kPi);
}

}  // namespace
}  // namespace decant
