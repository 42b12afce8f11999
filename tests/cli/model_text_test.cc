#include "cli/model_text.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace decant {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::vector<TensorDifference> SomeDifferences() {
  TensorComparison changed = {.num_elements = 8,
                              .changed_elements = 2,
                              .nonfinite_elements = 1,
                              .changed_fraction = 0.25};
  TensorComparison same = {.num_elements = 8};
  return {{"a", "F32 [8]", "BF16 [8]", changed},
          {"b", "F32 [8]", "F32 [8]", same},
          {"c", "", "F32 [1]", std::nullopt},
          {"d", "F32 [2]", "F32 [3]", std::nullopt}};
}

TEST(ModelTextTest, DifferencesAddUp) {
  const Json json = DifferenceJson(SomeDifferences());

  EXPECT_EQ(json["tensors_changed"], 1);
  EXPECT_EQ(json["tensors_compared"], 2);
  EXPECT_EQ(json["tensors_unlike"], 2);
  EXPECT_EQ(json["changed_elements"], 2);
  EXPECT_EQ(json["changed_elements_fraction"], 0.125);
  EXPECT_EQ(json["nonfinite_elements"], 1);
  EXPECT_FALSE(json["tensors"][2].contains("cosine"));
}

TEST(ModelTextTest, EveryOddityIsSaid) {
  const std::string text = DifferenceText(SomeDifferences(), false);

  EXPECT_THAT(text, HasSubstr("F32 [8] -> BF16 [8]"));
  EXPECT_THAT(text, HasSubstr("1 NaN or infinity"));
  EXPECT_THAT(text, HasSubstr("only in the second"));
  EXPECT_THAT(text, HasSubstr("cannot be compared"));
  EXPECT_THAT(text, Not(HasSubstr("NOTHING CHANGED")));
}

}  // namespace
}  // namespace decant
