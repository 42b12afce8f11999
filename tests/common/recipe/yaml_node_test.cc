#include "common/recipe/yaml_node.h"

#include <string>

#include "gtest/gtest.h"

namespace decant {
namespace {

YamlNode Plain(const std::string& text) {
  return YamlNode::Scalar({}, text, /*is_quoted=*/false);
}

TEST(YamlNodeTest, MarksPrintTheirPlace) {
  EXPECT_EQ((YamlMark{"r.yaml", 3, 5}).ToString(), "r.yaml:3:5");
  EXPECT_EQ((YamlMark{"--set a=b"}).ToString(), "--set a=b");
  EXPECT_EQ(YamlError({"r.yaml", 3, 5}, "bad").message(), "r.yaml:3:5: bad");
}

TEST(YamlNodeTest, SetAddsAndReplacesAndRemoveForgets) {
  YamlNode map = YamlNode::Map({});
  map.Set("a", {}, Plain("1"));
  map.Set("b", {}, Plain("2"));
  map.Set("a", {"x"}, Plain("3"));

  ASSERT_EQ(map.entries().size(), 2u);
  EXPECT_EQ(map.Find("a")->text(), "3");
  EXPECT_EQ(map.entries()[0].key_mark.source, "x");
  map.Remove("a");
  EXPECT_EQ(map.Find("a"), nullptr);
  EXPECT_NE(map.Find("b"), nullptr);
}

TEST(YamlNodeTest, CopiesAreIndependent) {
  YamlNode map = YamlNode::Map({});
  map.Set("a", {}, Plain("1"));
  YamlNode copy = map;
  *copy.FindMutable("a") = Plain("2");
  EXPECT_EQ(map.Find("a")->text(), "1");
}

TEST(YamlNodeTest, JsonHasTypes) {
  YamlNode list = YamlNode::List({});
  list.mutable_elements().push_back(Plain("0.80"));
  list.mutable_elements().push_back(Plain("007"));
  YamlNode map = YamlNode::Map({});
  map.Set("i", {}, Plain("64"));
  map.Set("b", {}, Plain("true"));
  map.Set("s", {}, YamlNode::Scalar({}, "64", /*is_quoted=*/true));
  map.Set("n", {}, YamlNode::Null({}));
  map.Set("l", {}, list);

  EXPECT_EQ(map.ToJson(),
            Json::parse(R"({"i": 64, "b": true, "s": "64", "n": null,
                            "l": [0.8, "007"]})"));
}

TEST(YamlNodeTest, DescribesValuesForErrors) {
  EXPECT_EQ(YamlNode().Describe(), "nothing");
  EXPECT_EQ(YamlNode::List({}).Describe(), "a list");
  EXPECT_EQ(YamlNode::Map({}).Describe(), "a map");
  EXPECT_EQ(Plain("5").Describe(), "'5'");
  EXPECT_EQ(YamlNode::Scalar({}, "5", true).Describe(), "the string \"5\"");
  EXPECT_LT(Plain(std::string(10'000, 'x')).Describe().size(), 100u);
}

}  // namespace
}  // namespace decant
