#include "common/model/families/config_reader.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace decant {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(ConfigReaderTest, ReadsTypedValuesAndTreatsNullAsAbsent) {
  const Json json = Json::parse(
      R"({"n": 5, "b": true, "s": "x", "list": [1, 2], "none": null,
          "names": ["A", "B"]})");
  ConfigReader reader(json, "c.json");

  EXPECT_EQ(reader.Int("n", 1, 10), 5);
  EXPECT_EQ(reader.OptionalInt("none", 7, 1, 10), 7);
  EXPECT_TRUE(reader.OptionalBool("b", false));
  EXPECT_TRUE(reader.OptionalBool("absent", true));
  EXPECT_EQ(reader.String("s"), "x");
  EXPECT_THAT(reader.OptionalIntList("list", 0, 2), ElementsAre(1, 2));
  EXPECT_EQ(reader.OptionalFirst("names", "Z"), "A");
  EXPECT_EQ(reader.OptionalFirst("absent", "Z"), "Z");
  EXPECT_FALSE(reader.Has("none"));
  EXPECT_TRUE(reader.status().ok()) << reader.status();
}

TEST(ConfigReaderTest, EveryErrorNamesPathAndKey) {
  struct Case {
    const char* json;
    const char* want;
  };
  const Case kCases[] = {
      {R"({})", "c.json: k: missing"},
      {R"({"k": null})", "c.json: k: missing"},
      {R"({"k": 1.5})", "c.json: k: expected an integer, got 1.5"},
      {R"({"k": "3"})", "c.json: k: expected an integer, got \"3\""},
      {R"({"k": true})", "c.json: k: expected an integer, got true"},
      {R"({"k": 0})", "c.json: k: 0 is out of range [1, 10]"},
      {R"({"k": 11})", "c.json: k: 11 is out of range [1, 10]"},
      {R"({"k": 18446744073709551615})", "is out of range [1, 10]"},
  };
  for (const Case& c : kCases) {
    const Json json = Json::parse(c.json);
    ConfigReader reader(json, "c.json");
    EXPECT_EQ(reader.Int("k", 1, 10), 1);
    EXPECT_EQ(reader.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(reader.status().message()), HasSubstr(c.want));
  }
}

TEST(ConfigReaderTest, OtherTypesAreCheckedToo) {
  const Json json = Json::parse(R"({"k": {"a": 1}, "l": [1, "x"]})");
  {
    ConfigReader reader(json, "c.json");
    reader.OptionalBool("k", false);
    EXPECT_FALSE(reader.status().ok());
  }
  {
    ConfigReader reader(json, "c.json");
    reader.OptionalIntList("l", 0, 5);
    EXPECT_FALSE(reader.status().ok());
  }
  {
    ConfigReader reader(json, "c.json");
    reader.OptionalFirst("l", "");
    EXPECT_FALSE(reader.status().ok());
  }
  {
    ConfigReader reader(json, "c.json");
    reader.OptionalString("k", "");
    EXPECT_FALSE(reader.status().ok());
  }
}

TEST(ConfigReaderTest, TheFirstErrorStays) {
  const Json json = Json::parse(R"({"a": "x", "b": "y"})");
  ConfigReader reader(json, "c.json");
  reader.Int("a", 0, 1);
  reader.Int("b", 0, 1);
  reader.Fail("c", "bad");
  EXPECT_THAT(std::string(reader.status().message()), HasSubstr("c.json: a:"));
}

}  // namespace
}  // namespace decant
