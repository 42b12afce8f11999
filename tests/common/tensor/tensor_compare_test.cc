#include "common/tensor/tensor_compare.h"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/common/tensor/stored_tensor.h"

namespace decant {
namespace {

using ::testing::DoubleNear;
using ::testing::HasSubstr;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

absl::StatusOr<TensorComparison> Compare(const StoredTensor& before,
                                         const StoredTensor& after) {
  const auto a = MakeStored(FreshTestFolder("before"), {before});
  const auto b = MakeStored(FreshTestFolder("after"), {after});
  return CompareTensors(*a, before.spec.name, *b, after.spec.name);
}

TEST(TensorCompareTest, CountsChangesAndMeasuresThem) {
  const auto seen = Compare({{"a", DType::kF32, {2, 2}}, {3, 0, 0, 4}},
                            {{"b", DType::kF32, {2, 2}}, {3, 0, 0, 1}});

  ASSERT_TRUE(seen.ok()) << seen.status();
  EXPECT_EQ(seen->num_elements, 4);
  EXPECT_EQ(seen->changed_elements, 1);
  EXPECT_EQ(seen->changed_fraction, 0.25);
  EXPECT_THAT(seen->relative_change, DoubleNear(3.0 / 5.0, 1e-15));
  EXPECT_THAT(seen->cosine, DoubleNear(13.0 / (5.0 * std::sqrt(10.0)), 1e-15));
  EXPECT_EQ(seen->nonfinite_elements, 0);
}

TEST(TensorCompareTest, ATensorEqualsItself) {
  const StoredTensor x = {{"x", DType::kBF16, {3}}, {1, -2, 0.5}};

  const auto seen = Compare(x, x);

  ASSERT_TRUE(seen.ok()) << seen.status();
  EXPECT_EQ(seen->changed_elements, 0);
  EXPECT_EQ(seen->relative_change, 0);
  EXPECT_THAT(seen->cosine, DoubleNear(1, 1e-15));
}

TEST(TensorCompareTest, ABitIsAChangeEvenWhereTheValueIsEqual) {
  const auto seen = Compare({{"x", DType::kF32, {2}}, {0.0, 1}},
                            {{"x", DType::kF32, {2}}, {-0.0, 1}});

  ASSERT_TRUE(seen.ok()) << seen.status();
  EXPECT_EQ(seen->changed_elements, 1);
  EXPECT_EQ(seen->relative_change, 0);
}

TEST(TensorCompareTest, RoundingToAnotherTypeIsNoChange) {
  const std::vector<double> values = {0.1, 0.2, 1e-3, 7};

  const auto narrower = Compare({{"x", DType::kF32, {4}}, values},
                                {{"x", DType::kBF16, {4}}, values});
  const auto changed = Compare({{"x", DType::kF32, {4}}, values},
                               {{"x", DType::kF16, {4}}, {0.1, 0.2, 1e-3, 8}});

  ASSERT_TRUE(narrower.ok()) << narrower.status();
  EXPECT_EQ(narrower->changed_elements, 0);
  EXPECT_GT(narrower->relative_change, 0);
  ASSERT_TRUE(changed.ok()) << changed.status();
  EXPECT_EQ(changed->changed_elements, 1);
}

TEST(TensorCompareTest, ZeroTensorsHaveDefinedAnswers) {
  const StoredTensor zero = {{"x", DType::kF32, {2}}, {0, 0}};
  const StoredTensor one = {{"x", DType::kF32, {2}}, {1, 0}};

  const auto from_zero = Compare(zero, one);
  const auto to_zero = Compare(one, zero);
  const auto both = Compare(zero, zero);

  ASSERT_TRUE(from_zero.ok() && to_zero.ok() && both.ok());
  EXPECT_EQ(from_zero->relative_change, 1);
  EXPECT_EQ(from_zero->cosine, 0);
  EXPECT_EQ(to_zero->relative_change, 1);
  EXPECT_EQ(to_zero->cosine, 0);
  EXPECT_EQ(both->relative_change, 0);
  EXPECT_EQ(both->cosine, 1);
}

TEST(TensorCompareTest, NonfiniteElementsAreCountedAndLeftOut) {
  const auto seen =
      Compare({{"x", DType::kF32, {3}}, {1, 1, 1}},
              {{"x", DType::kF32, {3}},
               {1, kNan, std::numeric_limits<double>::infinity()}});

  ASSERT_TRUE(seen.ok()) << seen.status();
  EXPECT_EQ(seen->nonfinite_elements, 2);
  EXPECT_EQ(seen->changed_elements, 2);
  EXPECT_EQ(seen->relative_change, 0);
  EXPECT_EQ(seen->cosine, 1);
}

TEST(TensorCompareTest, LargeTensorsAreComparedToTheLastElement) {
  std::vector<double> before(1'300'003, 1.0);
  std::vector<double> after = before;
  after.back() = 2.0;
  after.front() = 3.0;

  const auto flat = Compare({{"x", DType::kF32, {1'300'003}}, before},
                            {{"x", DType::kF32, {1'300'003}}, after});
  const auto rows = Compare({{"x", DType::kF32, {1'300'003, 1}}, before},
                            {{"x", DType::kF32, {1'300'003, 1}}, after});

  ASSERT_TRUE(flat.ok() && rows.ok());
  EXPECT_EQ(flat->changed_elements, 2);
  EXPECT_EQ(rows->changed_elements, 2);
  EXPECT_EQ(flat->relative_change, rows->relative_change);
}

TEST(TensorCompareTest, RefusesWhatItCannotCompare) {
  const auto shapes = Compare({{"x", DType::kF32, {2, 1}}, {1, 2}},
                              {{"x", DType::kF32, {1, 2}}, {1, 2}});
  const auto dtypes =
      Compare({{"x", DType::kI32, {1}}, {0}}, {{"x", DType::kI32, {1}}, {0}});

  EXPECT_EQ(shapes.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(shapes.status().message()),
              HasSubstr("tensor 'x': shape [2, 1] became [1, 2]"));
  EXPECT_THAT(std::string(dtypes.status().message()),
              HasSubstr("dtype I32 cannot be compared"));
}

}  // namespace
}  // namespace decant
