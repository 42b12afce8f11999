#include "coordinator/plan/job_planner.h"

#include <set>

#include "tests/coordinator/plan/planning_fixture.h"

namespace decant {
namespace {

using ::testing::HasSubstr;

constexpr char kOneStep[] =
    "  - method: moe-to-dense\n    experts: {count: 4}\n";
constexpr char kTwoSteps[] =
    "  - method: moe-to-dense\n    experts: {count: 4}\n"
    "  - method: moe-to-dense\n    experts: {select: all}\n"
    "    delta: {drop: 0.7}\n";

class JobPlannerTest : public PlanningTest {};

TEST_F(JobPlannerTest, EveryInputComesFromAnEarlierUnit) {
  const auto plan = PlanSteps(kTwoSteps);

  ASSERT_TRUE(plan.ok()) << plan.status();
  std::set<std::string> seen;
  for (const UnitSpec& unit : plan->units) {
    for (const UnitInput& input : unit.inputs) {
      EXPECT_TRUE(seen.count(input.unit)) << unit.id << " <- " << input.unit;
    }
    EXPECT_TRUE(seen.insert(unit.id).second) << "twice: " << unit.id;
  }
  EXPECT_EQ(plan->units.back().id, plan->seal_unit);
}

TEST_F(JobPlannerTest, PlanningTwiceGivesTheSamePlan) {
  const auto a = PlanSteps(kTwoSteps);
  const auto b = PlanSteps(kTwoSteps);

  ASSERT_TRUE(a.ok() && b.ok());
  ASSERT_EQ(a->units.size(), b->units.size());
  for (size_t i = 0; i < a->units.size(); ++i) {
    EXPECT_EQ(a->units[i].ToJson(), b->units[i].ToJson());
  }
  EXPECT_EQ(a->recipe_identity, b->recipe_identity);
}

TEST_F(JobPlannerTest, SecondPassReadsWhatTheFirstMade) {
  const auto plan = PlanSteps(kTwoSteps);

  ASSERT_TRUE(plan.ok()) << plan.status();
  int checked = 0;
  for (const UnitSpec& unit : plan->units) {
    if (unit.step != 1 || unit.phase != "merge") continue;
    EXPECT_EQ(unit.params["student"]["input"], "student") << unit.id;
    ++checked;
  }
  EXPECT_EQ(checked, 3 * 7);  // Layers x (q k v o gate up down).
}

TEST_F(JobPlannerTest, IdentityFollowsOptionsSourcesAndGatesButNotSpelling) {
  const auto base = PlanSteps(kOneStep);
  const auto defaults_spelled_out = PlanSteps(
      "  - method: moe-to-dense\n    preset: published\n"
      "    experts: {select: nearest-centroid, count: 4}\n"
      "    delta: {drop: 0.80, method: magnitude}\n");
  const auto other_drop = PlanSteps(kOneStep, {"steps.0.delta.drop=0.5"});
  sources_["teacher"].fingerprint = "t2";
  const auto other_teacher = PlanSteps(kOneStep);

  ASSERT_TRUE(base.ok() && defaults_spelled_out.ok() && other_teacher.ok());
  ASSERT_TRUE(other_drop.ok()) << other_drop.status();
  EXPECT_EQ(base->recipe_identity, defaults_spelled_out->recipe_identity);
  EXPECT_NE(base->recipe_identity, other_drop->recipe_identity);
  EXPECT_NE(base->recipe_identity, other_teacher->recipe_identity);
}

TEST_F(JobPlannerTest, ChangedDropChangesOnlyMergesAndWhatFollows) {
  const auto a = PlanSteps(kOneStep);
  const auto b = PlanSteps(kOneStep, {"steps.0.delta.drop=0.5"});

  ASSERT_TRUE(a.ok() && b.ok());
  ASSERT_EQ(a->units.size(), b->units.size());
  for (size_t i = 0; i < a->units.size(); ++i) {
    const bool same_params = a->units[i].params == b->units[i].params;
    const std::string& phase = a->units[i].phase;
    EXPECT_EQ(same_params, phase != "merge" && phase != "seal")
        << a->units[i].id;
  }
}

TEST_F(JobPlannerTest, ErrorsInALaterStepAreFoundNow) {
  const auto plan = PlanSteps(
      "  - method: moe-to-dense\n  - method: moe-to-dense\n"
      "    experts: {count: 9}\n");

  EXPECT_EQ(plan.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(plan.status().message(), HasSubstr("recipe.yaml:8:"));
  EXPECT_THAT(plan.status().message(), HasSubstr("exceeds the 8 experts"));
}

TEST_F(JobPlannerTest, DetailsNameModelsAndSteps) {
  const auto plan = PlanSteps(kTwoSteps);

  ASSERT_TRUE(plan.ok());
  EXPECT_EQ(plan->details["steps"].size(), 2u);
  EXPECT_EQ(plan->details["teacher"]["experts"], 8);
  EXPECT_EQ(plan->details["output_bytes"].get<int64_t>(),
            student_.TotalBytes());
}

}  // namespace
}  // namespace decant
