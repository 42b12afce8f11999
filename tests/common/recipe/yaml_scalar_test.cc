#include "common/recipe/yaml_scalar.h"

#include <cstdint>
#include <limits>
#include <optional>

#include "gtest/gtest.h"

namespace decant {
namespace {

TEST(YamlScalarTest, IntegersAreDecimal) {
  EXPECT_EQ(ParseYamlInt("0"), 0);
  EXPECT_EQ(ParseYamlInt("-12"), -12);
  EXPECT_EQ(ParseYamlInt("9223372036854775807"),
            std::numeric_limits<int64_t>::max());
  for (const char* text :
       {"", "-", "+1", "010", "0x10", "0o7", "1_000", "1e3", "1.0", " 1", "1 ",
        "9223372036854775808", "190:20:30", "5GB"}) {
    EXPECT_EQ(ParseYamlInt(text), std::nullopt) << text;
  }
}

TEST(YamlScalarTest, NumbersAreFiniteDecimals) {
  EXPECT_EQ(ParseYamlDouble("0.80"), 0.8);
  EXPECT_EQ(ParseYamlDouble("-.5"), -0.5);
  EXPECT_EQ(ParseYamlDouble("3"), 3.0);
  EXPECT_EQ(ParseYamlDouble("1e-3"), 1e-3);
  EXPECT_EQ(ParseYamlDouble("2E+2"), 200.0);
  for (const char* text : {"", ".", "1.", "nan", ".inf", "inf", "1e999",
                           "0x1p3", "1e", "1,5", "00.5", "1.5x"}) {
    EXPECT_EQ(ParseYamlDouble(text), std::nullopt) << text;
  }
}

TEST(YamlScalarTest, BooleansAreTrueAndFalseOnly) {
  EXPECT_EQ(ParseYamlBool("true"), true);
  EXPECT_EQ(ParseYamlBool("false"), false);
  for (const char* text :
       {"yes", "no", "on", "off", "True", "FALSE", "1", ""}) {
    EXPECT_EQ(ParseYamlBool(text), std::nullopt) << text;
  }
}

TEST(YamlScalarTest, SizesCarrySuffixes) {
  EXPECT_EQ(ParseYamlSize("7"), 7);
  EXPECT_EQ(ParseYamlSize("5GB"), 5'000'000'000);
  EXPECT_EQ(ParseYamlSize("200k"), 200'000);
  EXPECT_EQ(ParseYamlSize("1M"), 1'000'000);
  EXPECT_EQ(ParseYamlSize("2TB"), 2'000'000'000'000);
  EXPECT_EQ(ParseYamlSize("4KiB"), 4096);
  EXPECT_EQ(ParseYamlSize("1Gi"), 1 << 30);
  for (const char* text : {"", "GB", "-1k", "1.5GB", "5 GB", "5gb", "010k",
                           "9223372036854775807k", "5GBB"}) {
    EXPECT_EQ(ParseYamlSize(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace decant
