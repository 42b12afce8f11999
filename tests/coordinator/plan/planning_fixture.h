// Small teacher and student layouts and recipes for planner tests: headers
// only, no weights anywhere.
#ifndef DECANT_TESTS_COORDINATOR_PLAN_PLANNING_FIXTURE_H_
#define DECANT_TESTS_COORDINATOR_PLAN_PLANNING_FIXTURE_H_

#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/files.h"
#include "common/model/model_config.h"
#include "common/model/model_layout.h"
#include "common/recipe/recipe.h"
#include "common/unit/unit_spec.h"
#include "coordinator/plan/job_planner.h"
#include "coordinator/plan/methods/builtin_methods.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace decant {

inline ModelLayout PredictLayout(const std::string& config) {
  absl::StatusOr<ModelConfig> parsed = ParseModelConfig(config, "config.json");
  EXPECT_TRUE(parsed.ok()) << parsed.status();
  absl::StatusOr<ModelLayout> layout =
      ModelLayout::Predict(*std::move(parsed), DType::kBF16);
  EXPECT_TRUE(layout.ok()) << layout.status();
  return *std::move(layout);
}

struct TeacherShape {
  int layers = 6;
  int experts = 8;
  int hidden = 64;
  int expert_width = 32;
};

inline ModelLayout MakeTeacher(TeacherShape shape = {}) {
  return PredictLayout(absl::StrCat(
      R"({"model_type": "qwen3_moe", "architectures": ["Qwen3MoeForCausalLM"],
          "hidden_size": )",
      shape.hidden, R"(, "num_hidden_layers": )", shape.layers,
      R"(, "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 16,
          "intermediate_size": 128, "vocab_size": 256,
          "moe_intermediate_size": )",
      shape.expert_width, R"(, "num_experts": )", shape.experts,
      R"(, "num_experts_per_tok": 2, "norm_topk_prob": true,
          "tie_word_embeddings": false, "torch_dtype": "bfloat16"})"));
}

inline ModelLayout MakeStudent(int layers = 3) {
  return PredictLayout(absl::StrCat(
      R"({"model_type": "qwen3", "architectures": ["Qwen3ForCausalLM"],
          "hidden_size": 48, "num_hidden_layers": )",
      layers,
      R"(, "num_attention_heads": 2, "num_key_value_heads": 1, "head_dim": 16,
          "intermediate_size": 96, "vocab_size": 256,
          "tie_word_embeddings": true, "torch_dtype": "bfloat16"})"));
}

class PlanningTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = absl::StrCat(
        ::testing::TempDir(), "/plan_",
        ::testing::UnitTest::GetInstance()->current_test_info()->name());
    ASSERT_TRUE(MakeFolders(folder_ + "/teacher").ok());
    ASSERT_TRUE(MakeFolders(folder_ + "/student").ok());
    sources_["teacher"] = {.path = folder_ + "/teacher", .fingerprint = "t1"};
    sources_["student"] = {.path = folder_ + "/student", .fingerprint = "s1"};
    RegisterBuiltinMethods(methods_);
  }

  // A recipe whose `steps:` is `steps` (YAML list items, no indentation).
  absl::StatusOr<Recipe> ParseSteps(
      const std::string& steps,
      const std::vector<std::string>& overrides = {}) const {
    return ParseRecipe(
        absl::StrCat("name: test\nteacher: {path: teacher}\n"
                     "student: {path: student}\noutput: {path: out}\n"
                     "steps:\n",
                     steps),
        folder_ + "/recipe.yaml", overrides);
  }

  absl::StatusOr<JobPlan> PlanSteps(
      const std::string& steps,
      const std::vector<std::string>& overrides = {}) const {
    absl::StatusOr<Recipe> recipe = ParseSteps(steps, overrides);
    if (!recipe.ok()) return recipe.status();
    return PlanJob({.recipe = *recipe,
                    .teacher = teacher_,
                    .student = student_,
                    .sources = sources_},
                   methods_);
  }

  std::string folder_;
  ModelLayout teacher_ = MakeTeacher();
  ModelLayout student_ = MakeStudent();
  std::map<std::string, SourceRef> sources_;
  MethodRegistry methods_;
};

}  // namespace decant

#endif  // DECANT_TESTS_COORDINATOR_PLAN_PLANNING_FIXTURE_H_
