#include "coordinator/plan/methods/moe_to_dense_options.h"

#include <string>

#include "tests/coordinator/plan/planning_fixture.h"

namespace decant {
namespace {

using ::testing::HasSubstr;

class MoeToDenseOptionsTest : public PlanningTest {
 protected:
  absl::StatusOr<MoeToDenseOptions> ParseOne(const std::string& step) const {
    absl::StatusOr<Recipe> recipe = ParseSteps(step);
    if (!recipe.ok()) return recipe.status();
    return ParseMoeToDenseOptions(recipe->steps[0]);
  }
};

TEST_F(MoeToDenseOptionsTest, PublishedPresetIsThePublishedSystem) {
  const auto options = ParseOne("  - method: moe-to-dense\n");

  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->layers.kind, LayerMapKind::kSigmoid);
  EXPECT_DOUBLE_EQ(options->layers.steepness, 1 / 0.15);
  EXPECT_EQ(options->select, "nearest-centroid");
  EXPECT_EQ(options->uncovered, "zero");
  EXPECT_EQ(options->align_side, "right");
  EXPECT_EQ(options->drop, 0.8);
  EXPECT_EQ(options->rescale, "l2");
  EXPECT_EQ(options->lora_rank, 0);
  EXPECT_EQ(options->strength, 1);
}

TEST_F(MoeToDenseOptionsTest, RecommendedPresetReadsMoreLayersAndKeepsStudent) {
  const auto options =
      ParseOne("  - method: moe-to-dense\n    preset: recommended\n");

  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->layers.steepness, 1);
  EXPECT_EQ(options->uncovered, "keep-student");
}

TEST_F(MoeToDenseOptionsTest, EveryOptionIsRead) {
  const auto options = ParseOne(R"(  - method: moe-to-dense
    layers: {map: linear}
    experts: {select: nearest-centroid, count: 5, pair: index}
    project: {method: svd-crop, rank: 7, rank_cap: student, uncovered: keep-student}
    align: {method: procrustes, side: left, scaling: true}
    delta: {drop: 0.25, method: random, rescale: l1}
    lora: {rank: 3, alpha: 6}
    merge: {strength: 0.5}
    attention: keep
    embeddings: distill
)");

  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->layers.kind, LayerMapKind::kLinear);
  EXPECT_EQ(options->count, 5);
  EXPECT_EQ(options->project_rank, 7);
  EXPECT_EQ(options->rank_cap, "student");
  EXPECT_EQ(options->uncovered, "keep-student");
  EXPECT_EQ(options->align_side, "left");
  EXPECT_TRUE(options->align_scaling);
  EXPECT_EQ(options->drop, 0.25);
  EXPECT_EQ(options->drop_method, "random");
  EXPECT_EQ(options->rescale, "l1");
  EXPECT_EQ(options->lora_rank, 3);
  EXPECT_EQ(options->lora_alpha, 6);
  EXPECT_EQ(options->strength, 0.5);
  EXPECT_EQ(options->attention, "keep");
  EXPECT_EQ(options->embeddings, "distill");
}

TEST_F(MoeToDenseOptionsTest, RandomDropRescalesByTheInverseUnlessTold) {
  const auto options =
      ParseOne("  - method: moe-to-dense\n    delta: {method: random}\n");

  ASSERT_TRUE(options.ok());
  EXPECT_EQ(options->rescale, "inverse");
}

TEST_F(MoeToDenseOptionsTest, AlphaDefaultsToTheRank) {
  const auto options =
      ParseOne("  - method: moe-to-dense\n    lora: {rank: 16}\n");

  ASSERT_TRUE(options.ok());
  EXPECT_EQ(options->lora_alpha, 16);
}

struct BadOption {
  const char* line;
  const char* message;
};

TEST_F(MoeToDenseOptionsTest, BadOptionsNamePlaceAndReason) {
  const BadOption kBadOptions[] = {
      {"delta: {drop: 1}", "drop"},
      {"delta: {drop: 1.5}", "drop"},
      {"delta: {drop: -0.1}", "drop"},
      {"delta: {drop: yes}", "drop"},
      {"delta: {dorp: 0.5}", "did you mean 'drop'"},
      {"delta: {method: topk}", "magnitude"},
      {"lora: {rank: 0}", "rank"},
      {"lora: {rank: 4, alpha: 0}", "alpha"},
      {"lora: {alpha: 4}", "rank"},
      {"project: {rank: 0}", "rank"},
      {"project: {method: pca}", "svd-crop"},
      {"experts: {count: 0}", "count"},
      {"experts: {select: all, count: 3}", "leave it out"},
      {"layers: {map: linear, steepness: 2}", "leave it out"},
      {"layers: {steepness: 0}", "steepness"},
      {"align: {method: none, side: left}", "leave it out"},
      {"align: {side: rigth}", "right"},
      {"attention: maybe", "attention"},
      {"experst: {count: 3}", "did you mean 'experts'"},
      {"merge: {strength: 99}", "strength"},
  };
  for (const BadOption& bad : kBadOptions) {
    const auto options = ParseOne(
        absl::StrCat("  - method: moe-to-dense\n    ", bad.line, "\n"));

    EXPECT_EQ(options.status().code(), absl::StatusCode::kInvalidArgument)
        << bad.line;
    EXPECT_THAT(options.status().message(), HasSubstr("recipe.yaml:7:"))
        << bad.line;
    EXPECT_THAT(options.status().message(), HasSubstr(bad.message)) << bad.line;
  }
}

}  // namespace
}  // namespace decant
