#include "common/base/ids.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

namespace decant {
namespace {

TEST(IdsTest, AnIdIsAPrefixAndEightCharacters) {
  EXPECT_THAT(RandomId("j"), testing::MatchesRegex("j-[0-9a-hjkmnp-tv-z]{8}"));
}

TEST(IdsTest, IdsDoNotRepeat) {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(RandomId("j"));
  EXPECT_EQ(seen.size(), 1000u);
}

TEST(IdsTest, EveryCharacterOfTheAlphabetIsUsedAboutEvenly) {
  std::map<char, int> counts;
  for (const char c : RandomChars(32'000)) ++counts[c];
  EXPECT_EQ(counts.size(), 32u);
  // 1,000 expected, standard deviation 31: ten of them never happen.
  for (const auto& [c, count] : counts) EXPECT_NEAR(count, 1000, 310) << c;
}

TEST(IdsTest, LengthsAreAsAsked) {
  EXPECT_EQ(RandomChars(0), "");
  EXPECT_EQ(RandomChars(26).size(), 26u);
}

}  // namespace
}  // namespace decant
