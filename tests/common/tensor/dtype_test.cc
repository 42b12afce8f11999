#include "common/tensor/dtype.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/common/base/status_matchers.h"

namespace decant {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr DType kAll[] = {
    DType::kBool,   DType::kU8,  DType::kI8,   DType::kI16, DType::kU16,
    DType::kI32,    DType::kU32, DType::kI64,  DType::kU64, DType::kF8E4M3,
    DType::kF8E5M2, DType::kF16, DType::kBF16, DType::kF32, DType::kF64};

TEST(DTypeTest, NamesRoundTrip) {
  for (const DType dtype : kAll) {
    EXPECT_EQ(ValueOf(ParseDType(DTypeName(dtype))), dtype);
    EXPECT_EQ(ValueOf(ParseTorchDType(TorchDTypeName(dtype))), dtype);
  }
}

TEST(DTypeTest, FactsOfTheTypesModelsUse) {
  EXPECT_EQ(DTypeName(DType::kBF16), "BF16");
  EXPECT_EQ(TorchDTypeName(DType::kBF16), "bfloat16");
  EXPECT_EQ(DTypeSizeBytes(DType::kBF16), 2);
  EXPECT_EQ(DTypeSizeBytes(DType::kF32), 4);
  EXPECT_EQ(DTypeSizeBytes(DType::kF8E4M3), 1);
  EXPECT_EQ(DTypeSizeBytes(DType::kI64), 8);
  EXPECT_TRUE(IsFloat(DType::kF8E5M2));
  EXPECT_TRUE(IsFloat(DType::kF64));
  EXPECT_FALSE(IsFloat(DType::kI8));
  EXPECT_FALSE(IsFloat(DType::kBool));
}

TEST(DTypeTest, UnknownNamesAreRefused) {
  EXPECT_THAT(ParseDType("BF61"), Fails(kInvalid, HasSubstr("'BF61'")));
  EXPECT_THAT(ParseDType("F4"), Fails(kInvalid, HasSubstr("'F4'")));
  EXPECT_THAT(ParseDType("bfloat16"), Fails(kInvalid, HasSubstr("BF16")));
  EXPECT_THAT(ParseTorchDType("bflot16"),
              Fails(kInvalid, HasSubstr("did you mean 'bfloat16'?")));
  EXPECT_THAT(ParseTorchDType("complex"),
              Fails(kInvalid, AllOf(HasSubstr("known"), HasSubstr("float32"))));
}

TEST(DTypeTest, CountsElementsWithCheckedProducts) {
  EXPECT_EQ(ValueOf(NumElements({})), 1);
  EXPECT_EQ(ValueOf(NumElements({3, 4})), 12);
  EXPECT_EQ(ValueOf(NumElements({3, 0, 5})), 0);
  EXPECT_EQ(ValueOf(NumElements({INT64_MAX})), INT64_MAX);
  EXPECT_THAT(NumElements({2, -1}), Fails(kInvalid, HasSubstr("[2, -1]")));
  EXPECT_THAT(NumElements({1LL << 32, 1LL << 32}),
              Fails(kInvalid, HasSubstr("more elements")));
  // A zero at the end must not hide the overflow before it.
  EXPECT_THAT(NumElements({1LL << 32, 1LL << 32, 0}),
              Fails(kInvalid, HasSubstr("more elements")));
}

TEST(DTypeTest, ShapesPrint) {
  EXPECT_EQ(ShapeString({}), "[]");
  EXPECT_EQ(ShapeString({3, 4}), "[3, 4]");
}

}  // namespace
}  // namespace decant
