#include "coordinator/plan/method.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace decant {
namespace {

TEST(MethodRegistryTest, UnknownMethodSuggestsTheNearest) {
  MethodRegistry registry;
  registry.Add(
      "moe-to-dense",
      [](const RecipeStep&, const StepContext&,
         PlanBuilder&) -> absl::StatusOr<StepPlan> { return StepPlan{}; });
  RecipeStep step;
  step.method = "moe-to-dens";
  step.method_mark = {.source = "r.yaml", .line = 7, .column = 13};

  const auto found = registry.Find(step);

  EXPECT_EQ(found.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(found.status().message(), ::testing::HasSubstr("r.yaml:7:13"));
  EXPECT_THAT(found.status().message(),
              ::testing::HasSubstr("did you mean 'moe-to-dense'"));
}

TEST(MethodRegistryTest, KnownMethodIsFound) {
  MethodRegistry registry;
  registry.Add("x",
               [](const RecipeStep&, const StepContext&,
                  PlanBuilder&) -> absl::StatusOr<StepPlan> {
                 return StepPlan{.warnings = {"called"}};
               });
  RecipeStep step;
  step.method = "x";

  EXPECT_TRUE(registry.Find(step).ok());
}

}  // namespace
}  // namespace decant
