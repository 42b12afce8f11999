#include "worker/math/philox.h"

#include <cmath>
#include <cstddef>
#include <numbers>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/base/digest.h"

namespace decant {
namespace {

constexpr uint32_t kMultiplier0 = 0xD2511F53;
constexpr uint32_t kMultiplier1 = 0xCD9E8D57;
constexpr uint32_t kWeyl0 = 0x9E3779B9;
constexpr uint32_t kWeyl1 = 0xBB67AE85;
constexpr int kNumRounds = 10;

PhiloxBlock BlockAt(PhiloxKey key, uint64_t counter) {
  return PhiloxRounds({static_cast<uint32_t>(counter),
                       static_cast<uint32_t>(counter >> 32), 0, 0},
                      key);
}

}  // namespace

PhiloxBlock PhiloxRounds(PhiloxBlock counter, PhiloxKey key) {
  for (int round = 0; round < kNumRounds; ++round) {
    const uint64_t p0 = uint64_t{kMultiplier0} * counter[0];
    const uint64_t p1 = uint64_t{kMultiplier1} * counter[2];
    counter = {static_cast<uint32_t>(p1 >> 32) ^ counter[1] ^ key[0],
               static_cast<uint32_t>(p1),
               static_cast<uint32_t>(p0 >> 32) ^ counter[3] ^ key[1],
               static_cast<uint32_t>(p0)};
    key[0] += kWeyl0;
    key[1] += kWeyl1;
  }
  return counter;
}

PhiloxKey SeedKey(int64_t seed, absl::string_view purpose, int64_t step,
                  absl::string_view name) {
  const std::array<uint8_t, 32> digest =
      Sha256(absl::StrCat(seed, "/", purpose, "/", step, "/", name));
  PhiloxKey key = {0, 0};
  for (size_t i = 0; i < 8; ++i) {
    key[i / 4] |= uint32_t{digest[i]} << (8 * (i % 4));
  }
  return key;
}

uint32_t PhiloxWord(PhiloxKey key, uint64_t index) {
  return BlockAt(key, index / 4)[index % 4];
}

void FillPhiloxWords(PhiloxKey key, uint64_t begin, uint64_t end,
                     uint32_t* words) {
  uint64_t index = begin;
  while (index < end) {
    const PhiloxBlock block = BlockAt(key, index / 4);
    for (uint64_t lane = index % 4; lane < 4 && index < end; ++lane, ++index) {
      *words++ = block[lane];
    }
  }
}

void FillPhiloxNormals(PhiloxKey key, uint64_t begin, uint64_t end,
                       float* values) {
  uint64_t index = begin;
  while (index < end) {
    const PhiloxBlock block = BlockAt(key, index / 4);
    for (uint64_t lane = index % 4; lane < 4 && index < end; ++lane, ++index) {
      // +0.5 keeps the uniform inside (0, 1): the logarithm stays finite.
      const uint64_t pair = lane / 2 * 2;
      const double u = (block[pair] + 0.5) * 0x1p-32;
      const double v = (block[pair + 1] + 0.5) * 0x1p-32;
      const double radius = std::sqrt(-2 * std::log(u));
      const double angle = 2 * std::numbers::pi * v;
      *values++ = static_cast<float>(
          radius * (lane % 2 == 0 ? std::cos(angle) : std::sin(angle)));
    }
  }
}

}  // namespace decant
