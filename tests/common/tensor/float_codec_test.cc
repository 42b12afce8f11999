#include "common/tensor/float_codec.h"

#include <cmath>
#include <cstdint>
#include <limits>

#include "gtest/gtest.h"

namespace decant {
namespace {

TEST(FloatCodecTest, EveryBf16SurvivesTheRoundTrip) {
  for (uint32_t bits = 0; bits <= 0xffff; ++bits) {
    const float value = DecodeBf16(static_cast<uint16_t>(bits));
    if (std::isnan(value)) {
      EXPECT_TRUE(std::isnan(DecodeBf16(EncodeBf16(value)))) << bits;
    } else {
      EXPECT_EQ(EncodeBf16(value), bits);
    }
  }
}

TEST(FloatCodecTest, EveryF16SurvivesTheRoundTrip) {
  for (uint32_t bits = 0; bits <= 0xffff; ++bits) {
    const float value = DecodeF16(static_cast<uint16_t>(bits));
    if (std::isnan(value)) {
      EXPECT_TRUE(std::isnan(DecodeF16(EncodeF16(value)))) << bits;
    } else {
      EXPECT_EQ(EncodeF16(value), bits);
    }
  }
}

TEST(FloatCodecTest, DecodesKnownValues) {
  EXPECT_EQ(DecodeBf16(0x3f80), 1.0f);
  EXPECT_EQ(DecodeBf16(0xc040), -3.0f);
  EXPECT_EQ(DecodeF16(0x3c00), 1.0f);
  EXPECT_EQ(DecodeF16(0x7bff), 65504.0f);
  EXPECT_EQ(DecodeF16(0x0001), 0x1p-24f);
  EXPECT_EQ(DecodeF16(0xfc00), -std::numeric_limits<float>::infinity());
}

TEST(FloatCodecTest, RoundsTiesToEven) {
  EXPECT_EQ(EncodeBf16(1.0f + 0x1p-8f), 0x3f80);      // Down to even.
  EXPECT_EQ(EncodeBf16(1.0f + 3 * 0x1p-8f), 0x3f82);  // Up to even.
  EXPECT_EQ(EncodeBf16(1.0f + 0x1p-8f + 0x1p-20f), 0x3f81);
  EXPECT_EQ(EncodeF16(1.0f + 0x1p-11f), 0x3c00);
  EXPECT_EQ(EncodeF16(1.0f + 3 * 0x1p-11f), 0x3c02);
  EXPECT_EQ(EncodeF16(0x1p-25f), 0x0000);  // Subnormal tie.
  EXPECT_EQ(EncodeF16(3 * 0x1p-25f), 0x0002);
}

TEST(FloatCodecTest, LargeValuesBecomeInfinity) {
  EXPECT_EQ(EncodeF16(65519.0f), 0x7bff);
  EXPECT_EQ(EncodeF16(65520.0f), 0x7c00);
  EXPECT_EQ(EncodeBf16(std::numeric_limits<float>::max()), 0x7f80);
}

}  // namespace
}  // namespace decant
