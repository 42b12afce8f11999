#include "common/base/digest.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <utility>

namespace decant {
namespace {

TEST(DigestTest, Sha256MatchesThePublishedVectors) {
  EXPECT_EQ(Sha256Hex(""),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(Sha256Hex("abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(Sha256("abc")[0], 0xBA);
}

TEST(DigestTest, Xxh128MatchesTheSpecification) {
  // XXH128("", seed 0), as printed by `xxhsum -H2 /dev/null`.
  EXPECT_EQ(Xxh128Hex("", 0), "99aa06d3014798d86001c324468d497f");
}

TEST(DigestTest, StreamEqualsOneCallHoweverTheBytesAreCut) {
  std::mt19937_64 random(1);
  std::string bytes(10'000, '\0');
  for (char& c : bytes) c = static_cast<char>(random());
  const std::string want = Xxh128Hex(bytes.data(), bytes.size());
  for (int trial = 0; trial < 50; ++trial) {
    Xxh128Stream stream;
    for (size_t at = 0; at < bytes.size();) {
      const size_t take = std::min<size_t>(random() % 700, bytes.size() - at);
      stream.Update(bytes.data() + at, take);
      at += take;
    }
    EXPECT_EQ(stream.Hex(), want);
  }
}

TEST(DigestTest, StreamMovesAndGoesOnAfterHex) {
  Xxh128Stream stream;
  stream.Update("ab", 2);
  EXPECT_EQ(stream.Hex(), Xxh128Hex("ab", 2));
  Xxh128Stream moved = std::move(stream);
  moved.Update("c", 1);
  EXPECT_EQ(moved.Hex(), Xxh128Hex("abc", 3));
}

TEST(DigestTest, EveryBitCounts) {
  std::string bytes(64, 'x');
  const std::string before = Xxh128Hex(bytes.data(), bytes.size());
  for (size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::string flipped = bytes;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_NE(Xxh128Hex(flipped.data(), flipped.size()), before) << bit;
  }
}

}  // namespace
}  // namespace decant
