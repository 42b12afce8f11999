#include "common/tensor/tensor_scan.h"

#include <limits>
#include <string>
#include <vector>

#include "common/base/digest.h"
#include "gtest/gtest.h"
#include "tests/common/tensor/stored_tensor.h"

namespace decant {
namespace {

TEST(TensorScanTest, DigestIsThatOfTheStoredBytes) {
  StoredTensor x = {{"x", DType::kBF16, {1500, 1500}}, {}};
  for (int i = 0; i < 1500 * 1500; ++i) x.values.push_back(i % 251);
  const auto checkpoint = MakeStored(FreshTestFolder("m"), {x});

  const auto scan = ScanTensor(*checkpoint, "x");

  ASSERT_TRUE(scan.ok()) << scan.status();
  const std::string bytes = EncodeAll(x);
  EXPECT_EQ(scan->digest, Xxh128Hex(bytes.data(), bytes.size()));
  EXPECT_FALSE(scan->first_nonfinite.has_value());
}

TEST(TensorScanTest, NamesTheFirstValueThatIsNotFinite) {
  for (const DType dtype : {DType::kF32, DType::kBF16, DType::kF16}) {
    StoredTensor x = {{"x", dtype, {3000, 1000}}, {}};
    x.values.assign(3'000'000, 1.0);
    x.values[2'900'123] = std::numeric_limits<double>::quiet_NaN();
    x.values[2'999'999] = std::numeric_limits<double>::infinity();
    const auto checkpoint = MakeStored(FreshTestFolder("m"), {x});

    const auto scan = ScanTensor(*checkpoint, "x");

    ASSERT_TRUE(scan.ok()) << scan.status();
    EXPECT_EQ(scan->first_nonfinite, 2'900'123) << DTypeName(dtype);
  }
}

TEST(TensorScanTest, IntegersAreOnlyDigested) {
  // These bits would be a NaN in fp32.
  const auto checkpoint = MakeStored(
      FreshTestFolder("m"),
      {{{"x", DType::kU16, {1}}, {std::numeric_limits<double>::quiet_NaN()}}});

  const auto scan = ScanTensor(*checkpoint, "x");

  ASSERT_TRUE(scan.ok()) << scan.status();
  EXPECT_FALSE(scan->first_nonfinite.has_value());
}

}  // namespace
}  // namespace decant
