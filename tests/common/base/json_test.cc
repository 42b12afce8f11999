#include "common/base/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/common/base/status_matchers.h"

namespace decant {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string Nested(int depth) {
  return std::string(static_cast<size_t>(depth), '[') +
         std::string(static_cast<size_t>(depth), ']');
}

TEST(JsonTest, AgreesWithThePlainParserOnValidText) {
  const char* kTexts[] = {
      "null",
      "true",
      "-3",
      "18446744073709551615",
      "1.5e3",
      R"("a\u00e9\n\"b")",
      "[]",
      "{}",
      R"([1,[2,{"a":[{}]}],3])",
      R"({"b":1,"a":{"b":2,"c":[{"b":3},{"b":4}]},"":null})",
      "  {\"a\" : [ 1 , 2 ]}\n ",
  };
  for (const char* text : kTexts) {
    const absl::StatusOr<Json> value = ParseJson(text, "t");
    ASSERT_THAT(value, IsOk()) << text;
    EXPECT_EQ(*value, Json::parse(text)) << text;
  }
}

TEST(JsonTest, RefusesADuplicateKeyAtAnyDepthWithItsPlace) {
  EXPECT_THAT(ParseJson("{\"a\":1,\n \"a\":2}", "f.json"),
              Fails(kInvalid, HasSubstr("f.json:2:4: not valid JSON: "
                                        "duplicate key \"a\"")));
  EXPECT_THAT(ParseJson(R"({"x":[{"k":1,"k":1}]})", "t"),
              Fails(kInvalid, HasSubstr("duplicate key \"k\"")));
  // Escapes do not hide the repetition.
  EXPECT_THAT(ParseJson(R"({"a":1,"\u0061":2})", "t"),
              Fails(kInvalid, HasSubstr("duplicate key")));
  // The same key in two objects is none.
  EXPECT_THAT(ParseJson(R"([{"a":1},{"a":{"a":1}}])", "t"), IsOk());
}

TEST(JsonTest, LimitsTheDepthTo64) {
  EXPECT_THAT(ParseJson(Nested(64), "t"), IsOk());
  EXPECT_THAT(ParseJson(Nested(65), "t"),
              Fails(kInvalid, HasSubstr("t:1:65: not valid JSON: nested deeper "
                                        "than 64")));
  EXPECT_THAT(ParseJson(std::string(10'000'000, '['), "t"),
              Fails(kInvalid, HasSubstr("nested deeper")));
}

TEST(JsonTest, SyntaxErrorsNameLineAndColumn) {
  struct Case {
    std::string text;
    const char* place;
  };
  const Case kCases[] = {
      {"{\"a\":1,\n\"b\":x}", "t:2:5: "},
      {"[1,]", "t:1:4: "},
      {"\n\n@", "t:3:1: "},
      {"{} {}", "t:1:4: "},
      {"", "t:1:1: "},
      {"{\"a\"", "t:1:5: "},
      {"[01]", "t:1:3: "},
      {"NaN", "t:1:1: "},
  };
  for (const Case& c : kCases) {
    EXPECT_THAT(ParseJson(c.text, "t"), Fails(kInvalid, HasSubstr(c.place)))
        << c.text;
  }
}

TEST(JsonTest, ErrorsDoNotQuoteTheOffendingBytes) {
  const absl::StatusOr<Json> value = ParseJson("\"a\x01\xff", "t");
  EXPECT_THAT(value, Fails(kInvalid, Not(HasSubstr("\xff"))));
  EXPECT_THAT(value, Fails(kInvalid, Not(HasSubstr("json.exception"))));
}

TEST(JsonTest, RefusesNumbersThatOverflowAndTextThatIsNotUtf8) {
  EXPECT_THAT(ParseJson("[1e400]", "t"), Fails(kInvalid, HasSubstr("t:1:")));
  EXPECT_THAT(ParseJson("\"\xc3\"", "t"), Fails(kInvalid, HasSubstr("UTF-8")));
}

TEST(JsonTest, EveryCutOfAValidTextIsRefused) {
  const std::string text = R"({"a":[1,2,{"b":"cé"}],"d":true})";
  for (size_t cut = 0; cut < text.size(); ++cut) {
    EXPECT_THAT(ParseJson(text.substr(0, cut), "t"),
                Fails(kInvalid, HasSubstr("t:1:")))
        << cut;
  }
}

TEST(JsonTest, CanonicalTextDependsOnTheValueAlone) {
  const Json a = ValueOf(ParseJson(R"({ "b" : [1, 2], "a" : "x" })", "t"));
  const Json b = ValueOf(ParseJson(R"({"a":"x","b":[1,2]})", "t"));
  EXPECT_EQ(CanonicalJson(a), R"({"a":"x","b":[1,2]})");
  EXPECT_EQ(CanonicalJson(a), CanonicalJson(b));
}

TEST(JsonTest, CanonicalTextOfBytesThatAreNotUtf8DoesNotThrow) {
  EXPECT_NO_THROW(CanonicalJson(Json("a\xff")));
}

}  // namespace
}  // namespace decant
