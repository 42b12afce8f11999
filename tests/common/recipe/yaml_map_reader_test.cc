#include "common/recipe/yaml_map_reader.h"

#include <functional>
#include <string>
#include <vector>

#include "common/recipe/yaml_parser.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace decant {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

YamlNode Parsed(const std::string& text) {
  const absl::StatusOr<YamlNode> node = ParseYaml(text, "r.yaml");
  EXPECT_TRUE(node.ok()) << node.status();
  return node.ok() ? *node : YamlNode();
}

TEST(YamlMapReaderTest, ReadsEveryType) {
  const YamlNode root = Parsed(
      "i: 64\nd: 0.8\nb: true\ns: some text\nq: '12'\nc: right\nz: 5GB\n"
      "il: [1, 2]\nsl: [a, \"3\"]\nm: {x: 1}\nl: [1]\n");
  YamlMapReader reader(root, "test");

  EXPECT_EQ(reader.Int("i", {.min = 64, .max = 64}), 64);
  EXPECT_EQ(reader.Double("d", {.min = 0, .below = 1}), 0.8);
  EXPECT_TRUE(reader.Bool("b"));
  EXPECT_EQ(reader.String("s"), "some text");
  EXPECT_EQ(reader.String("q"), "12");
  EXPECT_EQ(reader.Choice("c", {"left", "right"}), "right");
  EXPECT_EQ(reader.Size("z"), 5'000'000'000);
  EXPECT_THAT(reader.IntList("il"), ElementsAre(1, 2));
  EXPECT_THAT(reader.StringList("sl"), ElementsAre("a", "3"));
  EXPECT_EQ(reader.Map("m")->Find("x")->text(), "1");
  EXPECT_EQ(reader.List("l")->elements().size(), 1u);
  EXPECT_TRUE(reader.Finish().ok()) << reader.Finish();
}

TEST(YamlMapReaderTest, OptionalsFallBackOnlyWhenAbsent) {
  const YamlNode root = Parsed("i: 1\nd: 2\nb: false\ns: x\nc: a\nz: 1k\n");
  YamlMapReader reader(root, "test");

  EXPECT_EQ(reader.OptionalInt("i", 9), 1);
  EXPECT_EQ(reader.OptionalInt("no_i", 9), 9);
  EXPECT_EQ(reader.OptionalDouble("d", 9), 2);
  EXPECT_EQ(reader.OptionalDouble("no_d", 9.5), 9.5);
  EXPECT_FALSE(reader.OptionalBool("b", true));
  EXPECT_TRUE(reader.OptionalBool("no_b", true));
  EXPECT_EQ(reader.OptionalString("s", "z"), "x");
  EXPECT_EQ(reader.OptionalString("no_s", "z"), "z");
  EXPECT_EQ(reader.OptionalChoice("c", "b", {"a", "b"}), "a");
  EXPECT_EQ(reader.OptionalChoice("no_c", "b", {"a", "b"}), "b");
  EXPECT_EQ(reader.OptionalSize("z", 9), 1000);
  EXPECT_EQ(reader.OptionalSize("no_z", 9), 9);
  EXPECT_EQ(reader.OptionalMap("no_m"), nullptr);
  EXPECT_EQ(reader.OptionalList("no_l"), nullptr);
  EXPECT_TRUE(reader.Finish().ok()) << reader.Finish();
}

TEST(YamlMapReaderTest, ErrorsNamePlaceKeyAndReason) {
  struct Case {
    const char* text;
    std::function<void(YamlMapReader&)> read;
    const char* want;
  };
  const Case kCases[] = {
      {"k: x", [](YamlMapReader& r) { r.Int("k"); },
       "r.yaml:1:4: k: expected a decimal integer, got 'x'"},
      {"k: 010", [](YamlMapReader& r) { r.Int("k"); },
       "k: expected a decimal integer, got '010'"},
      {"k: '5'", [](YamlMapReader& r) { r.Int("k"); },
       "k: expected an integer, got the string \"5\"; remove the quotes"},
      {"k: 1.5", [](YamlMapReader& r) { r.Int("k"); }, "got '1.5'"},
      {"k: [1]", [](YamlMapReader& r) { r.Int("k"); },
       "k: expected an integer, got a list"},
      {"k:", [](YamlMapReader& r) { r.Int("k"); },
       "r.yaml:1:1: k: has no value"},
      {"k: ~", [](YamlMapReader& r) { r.OptionalInt("k", 3); },
       "k: has no value"},
      {"k: 0", [](YamlMapReader& r) { r.Int("k", {.min = 1}); },
       "k: 0 is out of range; it must hold that 1 <= k"},
      {"k: 9", [](YamlMapReader& r) { r.Int("k", {.min = 1, .max = 8}); },
       "it must hold that 1 <= k <= 8"},
      {"k: 1", [](YamlMapReader& r) { r.Double("k", {.min = 0, .below = 1}); },
       "k: 1 is out of range; it must hold that 0 <= k < 1"},
      {"k: 0", [](YamlMapReader& r) { r.Double("k", {.above = 0, .max = 2}); },
       "it must hold that 0 < k <= 2"},
      {"k: .nan", [](YamlMapReader& r) { r.Double("k"); },
       "k: expected a decimal number, got '.nan'"},
      {"k: yes", [](YamlMapReader& r) { r.Bool("k"); },
       "k: expected true or false, got 'yes'"},
      {"k: 12", [](YamlMapReader& r) { r.String("k"); },
       "k: expected a string, got '12'; put it in quotes"},
      {"k: {}", [](YamlMapReader& r) { r.String("k"); },
       "k: expected one value, got a map"},
      {"k: rigth",
       [](YamlMapReader& r) {
         r.Choice("k", {"left", "right"});
       },
       "k: unknown value 'rigth'; did you mean 'right'?"},
      {"k: 5 GB", [](YamlMapReader& r) { r.Size("k"); },
       "k: expected a size such as 5GB or 200k, got '5 GB'"},
      {"k: [1, x]", [](YamlMapReader& r) { r.IntList("k"); },
       "r.yaml:1:8: k: expected a list of decimal integers, got 'x'"},
      {"k: [a, 2]", [](YamlMapReader& r) { r.StringList("k"); },
       "r.yaml:1:8: k: expected a string, got '2'"},
      {"k: 3", [](YamlMapReader& r) { r.Map("k"); },
       "k: expected a map, got '3'"},
      {"k: 3", [](YamlMapReader& r) { r.OptionalList("k"); },
       "k: expected a list, got '3'"},
      {"z: 3", [](YamlMapReader& r) { r.Int("k"); },
       "r.yaml:1:1: missing key 'k' in test"},
      {"drpo: 3", [](YamlMapReader& r) { r.OptionalInt("drop", 1); },
       "r.yaml:1:1: unknown key 'drpo' in test; did you mean 'drop'?"},
      {"k: 3", [](YamlMapReader& r) { r.Int("k"), r.Fail("k", "is odd"); },
       "r.yaml:1:4: k: is odd"},
      {"- 1", [](YamlMapReader& r) { r.OptionalInt("k", 1); },
       "r.yaml:1:1: test: expected a map, got a list"},
  };
  for (const Case& c : kCases) {
    const YamlNode root = Parsed(c.text);
    YamlMapReader reader(root, "test");
    c.read(reader);
    const absl::Status status = reader.Finish();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << c.text;
    EXPECT_THAT(std::string(status.message()), HasSubstr(c.want)) << c.text;
  }
}

TEST(YamlMapReaderTest, OptionalsFallBackAfterAnError) {
  const YamlNode root = Parsed("a: x\nb: 7\n");
  YamlMapReader reader(root, "test");
  EXPECT_EQ(reader.OptionalInt("a", 3), 3);
  EXPECT_EQ(reader.OptionalInt("b", 4), 4);
  EXPECT_FALSE(reader.ok());
  EXPECT_THAT(std::string(reader.Finish().message()), HasSubstr("1:4: a: "));
}

TEST(YamlMapReaderTest, AdoptKeepsTheFirstError) {
  const YamlNode root = Parsed("a: 1\n");
  YamlMapReader reader(root, "test");
  reader.Ignore("a");
  reader.Adopt(absl::OkStatus());
  EXPECT_TRUE(reader.ok());
  reader.Adopt(absl::InvalidArgumentError("inner"));
  reader.Adopt(absl::InvalidArgumentError("later"));
  EXPECT_EQ(reader.Finish().message(), "inner");
}

}  // namespace
}  // namespace decant
