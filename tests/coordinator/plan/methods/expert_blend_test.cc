#include "coordinator/plan/methods/expert_blend.h"

#include "common/ops/fingerprint_params.h"
#include "common/ops/project_params.h"
#include "tests/coordinator/plan/planning_fixture.h"

namespace decant {
namespace {

TEST(EffectiveProjectRankTest, FullRankRunsNoSvd) {
  MoeToDenseOptions options;
  EXPECT_EQ(EffectiveProjectRank(options, 32, 64, 96, 48), 0);

  options.project_rank = 32;
  EXPECT_EQ(EffectiveProjectRank(options, 32, 64, 96, 48), 0);

  options.project_rank = 31;
  EXPECT_EQ(EffectiveProjectRank(options, 32, 64, 96, 48), 31);
}

TEST(EffectiveProjectRankTest, StudentCapUsesAllFourDimensions) {
  MoeToDenseOptions options;
  options.rank_cap = "student";

  EXPECT_EQ(EffectiveProjectRank(options, 32, 64, 96, 24), 24);
  EXPECT_EQ(EffectiveProjectRank(options, 32, 64, 96, 48), 0);
}

// Big enough that one kind of one layer exceeds a nominal unit.
ModelLayout LargeTeacher() {
  return MakeTeacher(
      {.layers = 4, .experts = 160, .hidden = 6144, .expert_width = 2560});
}

class ExpertBlendTest : public PlanningTest {
 protected:
  BlendPlan PlanGate(const ModelLayout& teacher, const LayerMapEntry& entry) {
    const ModelView view = ModelView::OfStudent(student_);
    const StepContext context{.teacher = teacher, .student = view};
    ExpertBlendPlanner planner(options_, context, builder_);
    auto blend = planner.Plan(entry, ExpertKind::kGate,
                              view.Find(TensorRole::kFfnGate, 0)->header);
    EXPECT_TRUE(blend.ok()) << blend.status();
    return *blend;
  }
  int64_t Count(const std::string& phase) const {
    int64_t count = 0;
    for (const UnitSpec& unit : builder_.units()) count += unit.phase == phase;
    return count;
  }
  MoeToDenseOptions options_;
  PlanBuilder builder_;
};

TEST_F(ExpertBlendTest, BlocksCoverEveryRowAndPositionOnce) {
  const BlendPlan blend = PlanGate(LargeTeacher(), {.lo = 1, .hi = 2, .w = 0});

  EXPECT_EQ(blend.count, 64);
  int64_t row = 0;
  int64_t position = 0;
  for (const UnitSpec& unit : builder_.units()) {
    if (unit.phase == "fingerprint" &&
        unit.id.find(".gate.") != std::string::npos) {
      const auto params = FingerprintParams::FromJson(unit.params);
      ASSERT_TRUE(params.ok());
      EXPECT_EQ(params->row_begin, row);
      row = params->row_end;
    }
    if (unit.phase == "project") {
      const auto params = ProjectParams::FromJson(unit.params);
      ASSERT_TRUE(params.ok());
      EXPECT_EQ(params->position_begin, position);
      position = params->position_end;
    }
    EXPECT_LE(unit.cost.bytes_read, kNominalUnitBytes * 11 / 10) << unit.id;
  }
  EXPECT_EQ(row, 2560);
  EXPECT_EQ(position, 64);
  EXPECT_GT(Count("fingerprint"), 3);
}

TEST_F(ExpertBlendTest, VirtualLayerReadsBothNeighbours) {
  PlanGate(teacher_, {.lo = 1, .hi = 2, .w = 0.25});

  for (const UnitSpec& unit : builder_.units()) {
    if (unit.phase != "project") continue;
    EXPECT_TRUE(unit.params["experts"].contains("hi"));
    EXPECT_EQ(unit.params["experts"]["weight"], 0.25);
  }
}

TEST_F(ExpertBlendTest, WholeLayerReadsOnlyThatLayer) {
  PlanGate(teacher_, {.lo = 1, .hi = 2, .w = 0});

  for (const UnitSpec& unit : builder_.units()) {
    if (unit.phase == "select") continue;
    EXPECT_FALSE(unit.params["experts"].contains("hi")) << unit.id;
  }
}

TEST_F(ExpertBlendTest, AllExpertsNeedNoFingerprints) {
  options_.select = "all";

  const BlendPlan blend = PlanGate(teacher_, {.lo = 0, .hi = 1, .w = 0});

  EXPECT_EQ(blend.count, 8);
  EXPECT_EQ(Count("fingerprint"), 0);
  EXPECT_EQ(Count("select"), 0);
}

TEST_F(ExpertBlendTest, WeightsBetweenTheSameLayersShareFingerprints) {
  PlanGate(teacher_, {.lo = 1, .hi = 2, .w = 0.25});
  const int64_t fingerprints = Count("fingerprint");

  PlanGate(teacher_, {.lo = 1, .hi = 2, .w = 0.75});

  EXPECT_EQ(Count("fingerprint"), fingerprints);
  EXPECT_EQ(Count("select"), 2);
}

TEST_F(ExpertBlendTest, CoversTheSmallerOfBothShapes) {
  const BlendPlan blend = PlanGate(teacher_, {.lo = 0, .hi = 1, .w = 0});

  EXPECT_EQ(blend.covered_rows, 32);     // Teacher F 32 < student F 96.
  EXPECT_EQ(blend.covered_columns, 48);  // Teacher H 64 > student H 48.
}

}  // namespace
}  // namespace decant
