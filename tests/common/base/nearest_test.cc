#include "common/base/nearest.h"

#include <gtest/gtest.h>

namespace decant {
namespace {

TEST(NearestTest, FindsTheLikelySpelling) {
  const std::vector<std::string> kKnown = {"merge", "project", "select"};
  EXPECT_EQ(Nearest("mrege", kKnown), "merge");
  EXPECT_EQ(Nearest("projct", kKnown), "project");
  EXPECT_EQ(Nearest("select", kKnown), "select");
  EXPECT_EQ(Nearest("assemble", kKnown), "");
  EXPECT_EQ(Nearest("x", {}), "");
}

TEST(NearestTest, TheSmallestDistanceWinsAndTheFirstOfEquals) {
  EXPECT_EQ(Nearest("layer.3", {"layer.30", "layer.3x", "layers"}), "layer.30");
  EXPECT_EQ(Nearest("abcd", {"abxx", "abcx"}), "abcx");
}

TEST(NearestTest, TheLimitIsAThirdOfTheLongerLengthButAtLeastTwo) {
  EXPECT_EQ(Nearest("abcdefghi", {"abcdefxyz"}), "abcdefxyz");  // 3 of 9.
  EXPECT_EQ(Nearest("abcdefghi", {"abcdewxyz"}), "");           // 4 of 9.
  EXPECT_EQ(Nearest("abc", {"axy"}), "axy");                    // 2 of 3.
  EXPECT_EQ(Nearest("ab", {"xy"}), "");  // Nothing in common.
}

TEST(NearestTest, SuggestionListsWhatIsKnownWhenNothingIsNear) {
  EXPECT_EQ(Suggestion("mege", {"keep", "merge"}), "; did you mean 'merge'?");
  EXPECT_EQ(Suggestion("zzzzzz", {"keep", "merge"}), "; known: keep, merge");
  EXPECT_EQ(Suggestion("x", {}), "");
}

TEST(NearestTest, ALongListIsCut) {
  const std::vector<std::string> many(25, "candidate");
  const std::string text = Suggestion("zzzzzz", many);
  EXPECT_EQ(text.substr(text.size() - 11), " and 5 more");
}

}  // namespace
}  // namespace decant
