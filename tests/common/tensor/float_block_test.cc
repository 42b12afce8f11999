#include "common/tensor/float_block.h"

#include <cstring>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "gtest/gtest.h"

namespace decant {
namespace {

TEST(FloatBlockTest, DecodesEveryDecodableTypeAtAnyAlignment) {
  const std::vector<double> want = {0.0, -1.5, 3.0, 0.25};
  for (const DType dtype :
       {DType::kF64, DType::kF32, DType::kBF16, DType::kF16}) {
    ASSERT_TRUE(IsDecodable(dtype));
    std::string bytes(1, '\0');  // Data starts at an odd address.
    for (const double value : want) {
      const uint64_t bits = EncodeFloat(dtype, value);
      bytes.append(reinterpret_cast<const char*>(&bits),
                   static_cast<size_t>(DTypeSizeBytes(dtype)));
    }
    std::vector<double> seen(want.size());

    DecodeFloats(dtype, bytes.data() + 1, absl::MakeSpan(seen));

    EXPECT_EQ(seen, want) << DTypeName(dtype);
    EXPECT_EQ(StoredBits(dtype, bytes.data() + 1, 1), EncodeFloat(dtype, -1.5));
  }
}

TEST(FloatBlockTest, OtherTypesAreNotDecodable) {
  EXPECT_FALSE(IsDecodable(DType::kI32));
  EXPECT_FALSE(IsDecodable(DType::kF8E4M3));
}

}  // namespace
}  // namespace decant
