#include "worker/math/philox.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "common/base/digest.h"

namespace decant {
namespace {

using testing::ElementsAre;

// philox4x32 10 of the known-answer file kat_vectors of Random123.
TEST(PhiloxTest, MatchesTheKnownAnswersOfRandom123) {
  EXPECT_THAT(PhiloxRounds({0, 0, 0, 0}, {0, 0}),
              ElementsAre(0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8));
  const uint32_t ones = 0xffffffff;
  EXPECT_THAT(PhiloxRounds({ones, ones, ones, ones}, {ones, ones}),
              ElementsAre(0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd));
  EXPECT_THAT(PhiloxRounds({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
                           {0xa4093822, 0x299f31d0}),
              ElementsAre(0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1));
}

TEST(PhiloxTest, WordIsALaneOfItsCounter) {
  const PhiloxKey key = {1, 2};
  EXPECT_EQ(PhiloxWord(key, 7), PhiloxRounds({1, 0, 0, 0}, key)[3]);
  EXPECT_EQ(PhiloxWord(key, (uint64_t{5} << 34) + 9),
            PhiloxRounds({2, 5, 0, 0}, key)[1]);
}

TEST(PhiloxTest, AnyRangeIsAPartOfTheSameStream) {
  const PhiloxKey key = SeedKey(42, "dare", 3, "model.embed");
  for (uint64_t begin = 0; begin < 9; ++begin) {
    for (uint64_t end = begin; end < 14; ++end) {
      std::vector<uint32_t> words(end - begin);
      FillPhiloxWords(key, begin, end, words.data());
      for (uint64_t i = begin; i < end; ++i) {
        EXPECT_EQ(words[i - begin], PhiloxWord(key, i));
      }
    }
  }
}

TEST(PhiloxTest, TheKeyIsTheHeadOfTheSeedTextsDigest) {
  const auto digest = Sha256("-7/kmeans/2/layer.3");
  const PhiloxKey key = SeedKey(-7, "kmeans", 2, "layer.3");
  EXPECT_EQ(key[0], digest[0] | digest[1] << 8 | digest[2] << 16 |
                        uint32_t{digest[3]} << 24);
  EXPECT_EQ(key[1] & 0xff, digest[4]);
  EXPECT_NE(key, SeedKey(-7, "kmeans", 2, "layer.4"));
}

TEST(PhiloxTest, NormalsHaveTheMomentsOfANormalAndOneStream) {
  constexpr uint64_t kCount = 200'000;
  const PhiloxKey key = SeedKey(1, "placebo", 0, "w");
  std::vector<float> x(kCount), part(5);
  FillPhiloxNormals(key, 0, kCount, x.data());
  FillPhiloxNormals(key, 1'001, 1'006, part.data());
  double mean = 0, square = 0, fourth = 0;
  for (const double v : x) {
    mean += v / kCount;
    square += v * v / kCount;
    fourth += v * v * v * v / kCount;
  }

  EXPECT_NEAR(mean, 0, 0.01);
  EXPECT_NEAR(square, 1, 0.015);
  EXPECT_NEAR(fourth, 3, 0.1);
  EXPECT_EQ(part, std::vector<float>(x.begin() + 1'001, x.begin() + 1'006));
}

}  // namespace
}  // namespace decant
