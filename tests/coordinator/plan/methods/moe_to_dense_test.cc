#include "coordinator/plan/methods/moe_to_dense.h"

#include "common/ops/merge_params.h"
#include "tests/coordinator/plan/planning_fixture.h"

namespace decant {
namespace {

using ::testing::HasSubstr;

class MoeToDenseTest : public PlanningTest {
 protected:
  std::map<std::string, MergeParams> Merges(const JobPlan& plan) {
    std::map<std::string, MergeParams> merges;
    for (const UnitSpec& unit : plan.units) {
      if (unit.phase != "merge") continue;
      auto params = MergeParams::FromJson(unit.params);
      EXPECT_TRUE(params.ok()) << params.status();
      merges[params->name] = *params;
    }
    return merges;
  }
};

TEST_F(MoeToDenseTest, MergesEveryProjectionAndNothingElse) {
  const auto plan = PlanSteps("  - method: moe-to-dense\n");
  ASSERT_TRUE(plan.ok()) << plan.status();

  const auto merges = Merges(*plan);

  EXPECT_EQ(merges.size(), 3u * 7);
  for (const RoledTensor& tensor : student_.tensors()) {
    const bool is_matrix_of_layer =
        tensor.layer >= 0 && tensor.shape.size() == 2;
    EXPECT_EQ(merges.count(tensor.name) > 0, is_matrix_of_layer) << tensor.name;
  }
}

TEST_F(MoeToDenseTest, FirstAndLastLayersReadFirstAndLastTeacherLayers) {
  const auto plan = PlanSteps("  - method: moe-to-dense\n");
  ASSERT_TRUE(plan.ok());

  const auto merges = Merges(*plan);

  const auto& first = merges.at("model.layers.0.self_attn.q_proj.weight");
  EXPECT_EQ(first.teacher_lo->slice.name,
            "model.layers.0.self_attn.q_proj.weight");
  EXPECT_FALSE(first.teacher_hi.has_value());
  const auto& last = merges.at("model.layers.2.self_attn.q_proj.weight");
  EXPECT_EQ(last.teacher_lo->slice.name,
            "model.layers.5.self_attn.q_proj.weight");
}

TEST_F(MoeToDenseTest, MiddleLayerOfSixToThreeIsAVirtualLayer) {
  const auto plan = PlanSteps("  - method: moe-to-dense\n");
  ASSERT_TRUE(plan.ok());

  const auto merges = Merges(*plan);

  const auto& middle = merges.at("model.layers.1.self_attn.v_proj.weight");
  ASSERT_TRUE(middle.teacher_hi.has_value());
  EXPECT_EQ(middle.weight, 0.5);
  EXPECT_EQ(middle.teacher_lo->slice.name,
            "model.layers.2.self_attn.v_proj.weight");
}

TEST_F(MoeToDenseTest, KeptAttentionIsNotMerged) {
  const auto plan =
      PlanSteps("  - method: moe-to-dense\n    attention: keep\n");
  ASSERT_TRUE(plan.ok()) << plan.status();

  EXPECT_EQ(Merges(*plan).size(), 3u * 3);
}

TEST_F(MoeToDenseTest, CroppedHeadsAndUnreadLayersAreSaid) {
  const auto plan = PlanSteps("  - method: moe-to-dense\n");
  ASSERT_TRUE(plan.ok());

  EXPECT_THAT(plan->warnings, ::testing::Contains(HasSubstr("crops heads")));
  EXPECT_THAT(plan->warnings,
              ::testing::Contains(HasSubstr("2 of 6 teacher layers")));
}

TEST_F(MoeToDenseTest, RankAboveTheDimensionsIsReportedNotRefused) {
  const auto plan =
      PlanSteps("  - method: moe-to-dense\n    lora: {rank: 2560}\n");

  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_THAT(plan->warnings, ::testing::Contains(HasSubstr("full rank")));
}

TEST_F(MoeToDenseTest, DenseTeacherIsRefused) {
  teacher_ = MakeStudent(6);

  const auto plan = PlanSteps("  - method: moe-to-dense\n");

  EXPECT_EQ(plan.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(plan.status().message(), HasSubstr("Mixture-of-Experts teacher"));
}

TEST_F(MoeToDenseTest, SparseStudentIsRefused) {
  student_ = MakeTeacher();

  const auto plan = PlanSteps("  - method: moe-to-dense\n");

  EXPECT_EQ(plan.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(plan.status().message(), HasSubstr("dense student"));
}

TEST_F(MoeToDenseTest, DistilledEmbeddingsNeedTheSameVocabulary) {
  const auto plan =
      PlanSteps("  - method: moe-to-dense\n    embeddings: distill\n");

  EXPECT_EQ(plan.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(plan.status().message(), HasSubstr("tokenizer"));
}

TEST_F(MoeToDenseTest, DistilledEmbeddingsAreMerged) {
  const auto recipe =
      ParseSteps("  - method: moe-to-dense\n    embeddings: distill\n");
  ASSERT_TRUE(recipe.ok());

  const auto plan = PlanJob({.recipe = *recipe,
                             .teacher = teacher_,
                             .student = student_,
                             .sources = sources_,
                             .same_vocabulary = true},
                            methods_);

  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_EQ(Merges(*plan).count("model.embed_tokens.weight"), 1u);
}

}  // namespace
}  // namespace decant
