#include "common/model/expert_stack.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace decant {
namespace {

using ::testing::HasSubstr;

ExpertStack PackedUp() {
  return {.name_template = "layers.3.gate_up_proj",
          .first_row = 5,
          .row_stride = 10,
          .num_rows = 5,
          .num_columns = 8,
          .num_experts = 4};
}

TEST(ExpertStackTest, SeparateExpertsAreWholeTensors) {
  const ExpertStack stack = {.name_template = "experts.{e}.down_proj.weight",
                             .num_rows = 8,
                             .num_columns = 5,
                             .num_experts = 12};
  const TensorSlice slice = stack.Slice(11);
  EXPECT_EQ(slice.name, "experts.11.down_proj.weight");
  EXPECT_EQ(slice.first_row, 0);
  EXPECT_EQ(slice.num_rows, 8);
}

TEST(ExpertStackTest, PackedUpRowsFollowTheGateRowsOfTheSameExpert) {
  const TensorSlice slice = PackedUp().Slice(2);
  EXPECT_EQ(slice.name, "layers.3.gate_up_proj");
  EXPECT_EQ(slice.first_row, 25);
  EXPECT_EQ(slice.num_rows, 5);
}

TEST(ExpertStackTest, SurvivesJson) {
  const absl::StatusOr<ExpertStack> back =
      ExpertStack::FromJson(PackedUp().ToJson());
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(*back, PackedUp());
}

TEST(ExpertStackTest, RefusesBadJson) {
  struct Case {
    const char* key;
    Json value;
    const char* reason;
  };
  const Case kCases[] = {
      {"num_rows", 0, "num_rows"},     {"num_experts", -1, "num_experts"},
      {"first_row", "5", "first_row"}, {"surprise", 1, "surprise"},
      {"row_stride", 9, "overlap"},
  };
  for (const Case& c : kCases) {
    Json json = PackedUp().ToJson();
    json[c.key] = c.value;
    const absl::StatusOr<ExpertStack> stack = ExpertStack::FromJson(json);
    ASSERT_EQ(stack.status().code(), absl::StatusCode::kInvalidArgument)
        << c.key;
    EXPECT_THAT(std::string(stack.status().message()), HasSubstr(c.reason));
  }
}

}  // namespace
}  // namespace decant
