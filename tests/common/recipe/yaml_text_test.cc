#include "common/recipe/yaml_text.h"

#include <optional>
#include <string>

#include "gtest/gtest.h"

namespace decant {
namespace {

TEST(YamlTextTest, AcceptsUtf8OfEveryLength) {
  for (const std::string text :
       {"", "plain\r\n\ttext", "\xC3\xA9", "\xE2\x82\xAC", "\xED\x9F\xBF",
        "\xEE\x80\x80", "\xF0\x9F\x98\x80", "\xF4\x8F\xBF\xBF"}) {
    EXPECT_FALSE(FindTextFault(text).has_value()) << text;
  }
}

TEST(YamlTextTest, FindsTheFirstFault) {
  struct Case {
    std::string text;
    size_t offset;
  };
  const Case kCases[] = {
      {std::string("ab\0c", 4), 2},  // NUL: UTF-16 without a mark.
      {"a\x1B[31m", 1},              // Terminal escape.
      {"\x7F", 0},
      {"abc\xFF", 3},
      {"\x80", 0},              // Continuation without a lead.
      {"\xC3", 0},              // Cut off.
      {"\xC3(", 0},             // Bad continuation.
      {"\xC0\xAF", 0},          // Overlong '/'.
      {"\xE0\x80\xAF", 0},      // Overlong.
      {"\xED\xA0\x80", 0},      // Surrogate.
      {"\xF4\x90\x80\x80", 0},  // Above U+10FFFF.
      {"x\xE2\x82(", 1},
  };
  for (const Case& c : kCases) {
    const std::optional<TextFault> fault = FindTextFault(c.text);
    ASSERT_TRUE(fault.has_value()) << c.text;
    EXPECT_EQ(fault->offset, c.offset) << c.text;
    EXPECT_FALSE(fault->reason.empty());
  }
}

TEST(YamlTextTest, KnowsWhereQuotesEnd) {
  EXPECT_TRUE(IsQuoteClosed("x 'a' y", 2));
  EXPECT_TRUE(IsQuoteClosed("''", 0));
  EXPECT_TRUE(IsQuoteClosed("'it''s'", 0));
  EXPECT_TRUE(IsQuoteClosed(R"("a\"b\\")", 0));
  EXPECT_FALSE(IsQuoteClosed("'", 0));
  EXPECT_FALSE(IsQuoteClosed("'it''s", 0));
  EXPECT_FALSE(IsQuoteClosed("'a\"", 0));
  EXPECT_FALSE(IsQuoteClosed(R"("a\")", 0));
}

}  // namespace
}  // namespace decant
