#include "common/tensor/tensor_blocks.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/common/tensor/stored_tensor.h"

namespace decant {
namespace {

TEST(TensorBlocksTest, BlocksHoldWholeRowsUpToTheLimit) {
  const std::vector<double> values(3 * 700 * 1000, 1.0);
  const auto checkpoint = MakeStored(
      FreshTestFolder("m"), {{{"x", DType::kF32, {3, 700, 1000}}, values},
                             {{"s", DType::kF32, {}}, {7}}});
  ASSERT_NE(checkpoint, nullptr);

  const auto blocks = TensorBlocks::Open(*checkpoint, "x");
  ASSERT_TRUE(blocks.ok());
  EXPECT_EQ(blocks->num_rows(), 2100);
  EXPECT_EQ(blocks->num_columns(), 1000);
  EXPECT_EQ(blocks->rows_per_block(), TensorBlocks::kBlockBytes / 4000);
  std::string bytes;
  ASSERT_TRUE(blocks->Read(2099, 1, bytes).ok());
  EXPECT_EQ(bytes.size(), 4000u);

  const auto scalar = TensorBlocks::Open(*checkpoint, "s");
  ASSERT_TRUE(scalar.ok());
  EXPECT_EQ(scalar->num_rows(), 1);
  EXPECT_EQ(scalar->num_columns(), 1);
}

TEST(TensorBlocksTest, AnEmptyTensorHasNoRows) {
  const auto checkpoint =
      MakeStored(FreshTestFolder("m"), {{{"x", DType::kF32, {5, 0}}, {}}});
  ASSERT_NE(checkpoint, nullptr);

  const auto blocks = TensorBlocks::Open(*checkpoint, "x");

  ASSERT_TRUE(blocks.ok());
  EXPECT_EQ(blocks->num_rows(), 0);
  EXPECT_EQ(blocks->rows_per_block(), 1);
}

TEST(TensorBlocksTest, AMissingTensorIsNamed) {
  const auto checkpoint =
      MakeStored(FreshTestFolder("m"), {{{"x", DType::kF32, {1}}, {1}}});
  ASSERT_NE(checkpoint, nullptr);

  EXPECT_EQ(TensorBlocks::Open(*checkpoint, "y").status().code(),
            absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace decant
