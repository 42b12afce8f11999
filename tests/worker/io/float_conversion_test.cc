#include "worker/io/float_conversion.h"

#include <ATen/ops/equal.h>
#include <ATen/ops/from_blob.h>

#include <cstring>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/common/base/status_matchers.h"
#include "worker/io/stored_dtype.h"

namespace decant {
namespace {

using ::testing::HasSubstr;

// Every third bit pattern of 32 bits that is a finite number, thinned.
std::string SomeFloats() {
  std::string bytes;
  for (uint64_t bits = 0; bits < (1ull << 32); bits += 65'537 * 3) {
    const uint32_t word = static_cast<uint32_t>(bits);
    if ((word & 0x7f800000) == 0x7f800000) continue;
    bytes.append(reinterpret_cast<const char*>(&word), sizeof(word));
  }
  return bytes;
}

at::Tensor AsTensor(std::string& bytes, DType dtype) {
  const int64_t count =
      static_cast<int64_t>(bytes.size()) / DTypeSizeBytes(dtype);
  return at::from_blob(bytes.data(), {count}, ValueOf(ScalarTypeOf(dtype, "")));
}

TEST(FloatConversionTest, RoundsAsLibtorchDoes) {
  for (const DType from : {DType::kF32, DType::kBF16, DType::kF16}) {
    for (const DType to : {DType::kF32, DType::kBF16, DType::kF16}) {
      std::string source =
          ValueOf(ConvertFloats(SomeFloats(), DType::kF32, from));

      std::string got = ValueOf(ConvertFloats(source, from, to));

      EXPECT_TRUE(
          at::equal(AsTensor(got, to),
                    AsTensor(source, from).to(ValueOf(ScalarTypeOf(to, "")))))
          << DTypeName(from) << " to " << DTypeName(to);
    }
  }
}

TEST(FloatConversionTest, EqualTypesAreCopiedWhateverTheyAre) {
  EXPECT_EQ(ValueOf(ConvertFloats("abc", DType::kU8, DType::kU8)), "abc");
}

TEST(FloatConversionTest, RefusesOtherTypesAndTornElements) {
  EXPECT_THAT(ConvertFloats("ab", DType::kU8, DType::kF32),
              Fails(absl::StatusCode::kInvalidArgument, HasSubstr("U8")));
  EXPECT_THAT(ConvertFloats("abc", DType::kBF16, DType::kF32),
              Fails(absl::StatusCode::kInvalidArgument, HasSubstr("3 bytes")));
  EXPECT_FALSE(IsConvertible(DType::kF8E4M3));
}

}  // namespace
}  // namespace decant
