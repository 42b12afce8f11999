#include "worker/io/stored_dtype.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace decant {
namespace {

using ::testing::HasSubstr;

TEST(StoredDTypeTest, MapsTheTypesOfWeightsBothWays) {
  for (const DType dtype :
       {DType::kF32, DType::kBF16, DType::kF16, DType::kF64}) {
    const absl::StatusOr<at::ScalarType> type = ScalarTypeOf(dtype, "w");
    ASSERT_TRUE(type.ok()) << type.status();
    EXPECT_EQ(DTypeOf(*type, "w").value(), dtype);
  }
}

TEST(StoredDTypeTest, RefusesQuantisedAndIntegerTensorsByName) {
  for (const DType dtype : {DType::kF8E4M3, DType::kF8E5M2, DType::kI32,
                            DType::kBool, DType::kU8}) {
    const absl::Status status = ScalarTypeOf(dtype, "layers.3.w").status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(status.message()), HasSubstr("layers.3.w"));
    EXPECT_THAT(std::string(status.message()),
                HasSubstr(std::string(DTypeName(dtype))));
  }
  EXPECT_FALSE(DTypeOf(at::kLong, "w").ok());
}

}  // namespace
}  // namespace decant
