#include "common/base/format.h"

#include <gtest/gtest.h>

#include <limits>

namespace decant {
namespace {

TEST(FormatTest, BytesAreDecimal) {
  EXPECT_EQ(HumanBytes(0), "0 B");
  EXPECT_EQ(HumanBytes(999), "999 B");
  EXPECT_EQ(HumanBytes(1000), "1.0 kB");
  EXPECT_EQ(HumanBytes(99'949), "99.9 kB");
  EXPECT_EQ(HumanBytes(99'950), "100 kB");
  EXPECT_EQ(HumanBytes(999'499), "999 kB");
  EXPECT_EQ(HumanBytes(999'500), "1.0 MB");
  EXPECT_EQ(HumanBytes(15'400'000'000), "15.4 GB");
  EXPECT_EQ(HumanBytes(961'000'000'000), "961 GB");
  EXPECT_EQ(HumanBytes(-2'500), "-2.5 kB");
  EXPECT_EQ(HumanBytes(std::numeric_limits<int64_t>::max()), "9.2 EB");
  EXPECT_EQ(HumanBytes(std::numeric_limits<int64_t>::min()), "-9.2 EB");
}

TEST(FormatTest, CountsHaveCommas) {
  EXPECT_EQ(HumanCount(0), "0");
  EXPECT_EQ(HumanCount(999), "999");
  EXPECT_EQ(HumanCount(1'234), "1,234");
  EXPECT_EQ(HumanCount(1'234'567), "1,234,567");
  EXPECT_EQ(HumanCount(-999), "-999");
  EXPECT_EQ(HumanCount(-123'456), "-123,456");
}

TEST(FormatTest, DurationsNameTheTwoLargestUnits) {
  EXPECT_EQ(HumanDuration(absl::ZeroDuration()), "0.0 s");
  EXPECT_EQ(HumanDuration(absl::Milliseconds(420)), "0.4 s");
  EXPECT_EQ(HumanDuration(absl::Milliseconds(9'949)), "9.9 s");
  EXPECT_EQ(HumanDuration(absl::Milliseconds(9'960)), "10 s");
  EXPECT_EQ(HumanDuration(absl::Milliseconds(59'400)), "59 s");
  EXPECT_EQ(HumanDuration(absl::Milliseconds(59'600)), "1 m 00 s");
  EXPECT_EQ(HumanDuration(absl::Seconds(125)), "2 m 05 s");
  EXPECT_EQ(HumanDuration(absl::Minutes(187)), "3 h 07 m");
  EXPECT_EQ(HumanDuration(absl::Hours(52)), "2 d 04 h");
  EXPECT_EQ(HumanDuration(-absl::Seconds(125)), "-2 m 05 s");
  EXPECT_EQ(HumanDuration(absl::InfiniteDuration()), "forever");
}

}  // namespace
}  // namespace decant
