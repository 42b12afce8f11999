#include "common/recipe/yaml_parser.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace decant {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

YamlNode ParsedDocument(const std::string& text) {
  const absl::StatusOr<YamlNode> node = ParseYaml(text, "r.yaml");
  EXPECT_TRUE(node.ok()) << node.status();
  return node.ok() ? *node : YamlNode();
}

std::string ErrorOf(absl::string_view text) {
  const absl::StatusOr<YamlNode> node = ParseYaml(text, "r.yaml");
  EXPECT_EQ(node.status().code(), absl::StatusCode::kInvalidArgument) << text;
  return std::string(node.status().message());
}

TEST(YamlParserTest, KeepsValuesAndPlaces) {
  const YamlNode root = ParsedDocument(
      "# comment\n"
      "name: demo\n"
      "list:\n"
      "  - {a: 1, b: 'two'}\n"
      "  - \"x\"\n"
      "empty:\n");

  ASSERT_TRUE(root.is_map());
  EXPECT_EQ(root.mark().ToString(), "r.yaml:2:1");
  EXPECT_EQ(root.entries()[1].key_mark.ToString(), "r.yaml:3:1");
  const YamlNode& list = *root.Find("list");
  ASSERT_EQ(list.elements().size(), 2u);
  EXPECT_EQ(list.mark().ToString(), "r.yaml:4:3");
  EXPECT_EQ(list.elements()[0].Find("b")->mark().ToString(), "r.yaml:4:15");
  EXPECT_TRUE(list.elements()[0].Find("b")->is_quoted());
  EXPECT_FALSE(list.elements()[0].Find("a")->is_quoted());
  EXPECT_EQ(list.elements()[1].text(), "x");
  EXPECT_TRUE(root.Find("empty")->is_null());
  EXPECT_EQ(root.Find("empty")->mark().ToString(), "r.yaml:6:1");
}

TEST(YamlParserTest, AcceptsDocumentMarkersAndByteOrderMark) {
  EXPECT_TRUE(ParsedDocument("---\na: 1\n...\n").is_map());
  EXPECT_EQ(ParsedDocument("\xEF\xBB\xBF"
                           "a: 1\n")
                .Find("a")
                ->text(),
            "1");
}

TEST(YamlParserTest, RefusesWhatSurprises) {
  struct Case {
    const char* text;
    const char* want;
  };
  const Case kCases[] = {
      {"a: 1\nb: 2\na: 3\n",
       "r.yaml:3:1: duplicate key 'a'; first at r.yaml:1:1"},
      {"a: {b: 1, 'b': 2}\n", "r.yaml:1:11: duplicate key 'b'"},
      {"a: &x 1\n", "anchors (&name) are not allowed"},
      {"a: &x {b: 1}\n", "anchors (&name) are not allowed"},
      {"a: &x 1\nb: *x\n", "r.yaml:1:4: anchors"},
      {"a: *x\n", "r.yaml:1:4: "},
      {"<<: {a: 1}\n", "r.yaml:1:1: merge keys (<<) are not allowed"},
      {"a: !!int 3\n", "r.yaml:1:4: tags (tag:yaml.org,2002:int)"},
      {"a: !python/object:os.system {}\n", "r.yaml:1:4: tags (!python"},
      {"? [a]\n: 1\n", "r.yaml:1:3: a key must be a single word"},
      {"? {a: 1}\n: 1\n", "a key must be a single word"},
      {": 1\n", "a key is missing here"},
      {"a: 1\n---\nb: 2\n", "a second document begins here"},
      {"a: [1, 2\n", "r.yaml:2:1: "},
      {"a: 'open\n", "r.yaml:1:4: this quote is never closed"},
      {"a: 'it''s\nb: 1\n", "r.yaml:1:4: this quote is never closed"},
      {"\xEF\xBB\xBF# \xE2\x82\xAC\na: \"open\\\"\n",
       "r.yaml:2:4: this quote is never closed"},
      {"a: 1\n\tb: 2\n", "r.yaml:2:"},
      {"a: 1\n b: 2\n", "r.yaml:2:"},
      {"a: @x\n", "r.yaml:1:4: "},
      {"", "r.yaml: empty"},
      {"# nothing\n", "r.yaml: empty"},
      {"---\n", "r.yaml: empty"},
      {"a: \xFF\n", "r.yaml:1:4: not UTF-8"},
      {"ok: 1\nb: \x01\n", "r.yaml:2:4: control character"},
  };
  for (const Case& c : kCases) {
    EXPECT_THAT(ErrorOf(c.text), HasSubstr(c.want)) << c.text;
    EXPECT_THAT(ErrorOf(c.text), StartsWith("r.yaml:")) << c.text;
    EXPECT_EQ(ErrorOf(c.text).find('\n'), std::string::npos) << c.text;
  }
}

TEST(YamlParserTest, ReadsQuotesAsYamlDoes) {
  const YamlNode root = ParsedDocument(
      "a: 'it''s'\r\nb: \"say \\\"hi\\\"\"\r\nc: ''\nd: 'two\n  lines'\n"
      "'k': '\xE2\x82\xAC'\n");
  EXPECT_EQ(root.Find("a")->text(), "it's");
  EXPECT_EQ(root.Find("b")->text(), "say \"hi\"");
  EXPECT_EQ(root.Find("c")->text(), "");
  EXPECT_EQ(root.Find("d")->text(), "two lines");
  EXPECT_EQ(root.Find("k")->text(), "\xE2\x82\xAC");
}

TEST(YamlParserTest, BoundsDepth) {
  const auto nested = [](int depth) {
    return absl::StrCat(std::string(static_cast<size_t>(depth), '['), "x",
                        std::string(static_cast<size_t>(depth), ']'));
  };
  EXPECT_TRUE(ParseYaml(nested(kMaxYamlDepth), "r.yaml").ok());
  EXPECT_THAT(ErrorOf(nested(kMaxYamlDepth + 1)),
              HasSubstr("r.yaml:1:33: nested more than 32 levels deep"));
  for (const int depth : {1'000, 3'000, 400'000}) {
    EXPECT_THAT(ErrorOf(nested(depth)), HasSubstr("nested more than 32"));
    EXPECT_THAT(ErrorOf(std::string(static_cast<size_t>(depth), '{')),
                StartsWith("r.yaml:1:"));
  }
}

TEST(YamlParserTest, BoundsKeys) {
  std::string text;
  for (size_t i = 0; i < kMaxYamlKeys; ++i)
    absl::StrAppend(&text, "k", i, ": 1\n");
  EXPECT_TRUE(ParseYaml(text, "r.yaml").ok());
  EXPECT_THAT(ErrorOf(text + "last: 1\n"),
              HasSubstr("r.yaml:1001:1: more than 1000 keys in one map"));
}

TEST(YamlParserTest, BoundsSize) {
  EXPECT_THAT(ErrorOf(std::string(kMaxYamlBytes + 1, 'a')),
              HasSubstr("1000001 bytes; at most 1000000 are read"));
}

TEST(YamlParserTest, ValuesOutsideFilesCarryTheirSourceAlone) {
  const absl::StatusOr<YamlNode> node = ParseYamlValue("{a: [1]}", "--set x");
  ASSERT_TRUE(node.ok()) << node.status();
  EXPECT_EQ(node->Find("a")->elements()[0].mark().ToString(), "--set x");

  const absl::StatusOr<YamlNode> bad = ParseYamlValue("[1", "--set x");
  EXPECT_THAT(std::string(bad.status().message()), StartsWith("--set x: "));
}

}  // namespace
}  // namespace decant
