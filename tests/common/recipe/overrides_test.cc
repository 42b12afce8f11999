#include "common/recipe/overrides.h"

#include <string>

#include "common/recipe/yaml_parser.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace decant {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

YamlNode Root() {
  const absl::StatusOr<YamlNode> root = ParseYaml(
      "name: demo\nsteps:\n  - method: a\n    delta: {drop: 0.8}\n"
      "  - method: b\nnothing:\n",
      "r.yaml");
  EXPECT_TRUE(root.ok()) << root.status();
  return *root;
}

Json Applied(const std::vector<std::string>& overrides) {
  YamlNode root = Root();
  const absl::Status status = ApplyOverrides(overrides, root);
  EXPECT_TRUE(status.ok()) << status;
  return root.ToJson();
}

TEST(OverridesTest, ReplaceNestedValuesInBothSpellings) {
  EXPECT_EQ(Applied({"steps.0.delta.drop=0.7"})["steps"][0]["delta"]["drop"],
            0.7);
  EXPECT_EQ(Applied({"steps[0].delta.drop=0.7"})["steps"][0]["delta"]["drop"],
            0.7);
  EXPECT_EQ(Applied({"name=other"})["name"], "other");
}

TEST(OverridesTest, CreateMapsOnTheWay) {
  const Json json = Applied({"steps.1.lora.rank=64", "nothing.x.y=1"});
  EXPECT_EQ(json["steps"][1]["lora"]["rank"], 64);
  EXPECT_EQ(json["nothing"]["x"]["y"], 1);
}

TEST(OverridesTest, TakeFlowValuesQuotesAndEqualsSigns) {
  EXPECT_EQ(
      Applied({"steps.0.delta={drop: 0.5, x: [1, 2]}"})["steps"][0]["delta"],
      Json::parse(R"({"drop": 0.5, "x": [1, 2]})"));
  EXPECT_EQ(Applied({"name=\"12\""})["name"], "12");
  EXPECT_EQ(Applied({"name=a=b"})["name"], "a=b");
  EXPECT_EQ(Applied({"steps.1={method: c}"})["steps"][1]["method"], "c");
}

TEST(OverridesTest, LaterOnesWin) {
  EXPECT_EQ(Applied({"name=one", "name=two"})["name"], "two");
}

TEST(OverridesTest, LeaveTheirMarkOnKeyAndValue) {
  YamlNode root = Root();
  ASSERT_TRUE(ApplyOverride("steps.0.delta.drop=0.7", root).ok());
  const YamlNode& delta = *root.Find("steps")->elements()[0].Find("delta");
  EXPECT_EQ(delta.entries()[0].key_mark.ToString(),
            "--set steps.0.delta.drop=0.7");
  EXPECT_EQ(delta.Find("drop")->mark().ToString(),
            "--set steps.0.delta.drop=0.7");
}

TEST(OverridesTest, BadOnesAreNamed) {
  struct Case {
    const char* text;
    const char* want;
  };
  const Case kCases[] = {
      {"name", "expected key.path=value"},
      {"=5", "expected key.path=value"},
      {"", "expected key.path=value"},
      {"steps..x=1", "has an empty part"},
      {".name=1", "has an empty part"},
      {"steps[]=1", "has an empty part"},
      {"steps.2.x=1",
       "index 2 is out of range: the list at r.yaml:3:3 has 2 elements"},
      {"steps.2=1", "index 2 is out of range"},
      {"steps.-1.x=1", "index -1 is out of range"},
      {"steps.first.x=1", "'first' is no index"},
      {"name.x=1", "there is no 'x' in 'demo' at r.yaml:1:7"},
      {"name=[1", "--set name=[1: "},
      {"name=", "empty"},
      {"name=a\nb: 2", "one line"},
      {"name=&a 1", "anchors"},
  };
  for (const Case& c : kCases) {
    YamlNode root = Root();
    const absl::Status status = ApplyOverride(c.text, root);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << c.text;
    EXPECT_THAT(std::string(status.message()), HasSubstr(c.want));
    EXPECT_THAT(std::string(status.message()), StartsWith("--set "));
  }
}

}  // namespace
}  // namespace decant
