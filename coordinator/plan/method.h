// What a method is to the planner: a function from a recipe step and the
// current model to units and the next model. Pure.
#ifndef DECANT_COORDINATOR_PLAN_METHOD_H_
#define DECANT_COORDINATOR_PLAN_METHOD_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/base/json.h"
#include "common/model/model_layout.h"
#include "common/recipe/recipe.h"
#include "coordinator/plan/model_view.h"
#include "coordinator/plan/plan_builder.h"

namespace decant {

// What a step may look at. References outlive the call.
struct StepContext {
  int64_t index = 0;  // Of the step, from 0; part of its random streams' names.
  int64_t seed = 0;
  DType dtype = DType::kBF16;  // Of the tensors a step makes.
  const ModelLayout& teacher;
  const ModelView& student;  // The model as the steps before left it.
  // Teacher and student have the same tokenizer, byte for byte.
  bool same_vocabulary = false;
};

struct StepPlan {
  ModelView model;  // After the step.
  // Options with their defaults filled in: part of the recipe's identity.
  Json options = Json::object();
  // More for people: "layer_map", "unread_teacher_layers".
  Json details = Json::object();
  std::vector<std::string> warnings;
};

// Adds the step's units to `builder`. InvalidArgument with file:line:column of
// the offending option, or naming tensor and layer.
using PlanStep = std::function<absl::StatusOr<StepPlan>(
    const RecipeStep& step, const StepContext& context, PlanBuilder& builder)>;

// The methods a recipe may name.
class MethodRegistry {
 public:
  void Add(const std::string& name, PlanStep plan);
  // InvalidArgument at the step's mark, suggesting the nearest name.
  absl::StatusOr<PlanStep> Find(const RecipeStep& step) const;

 private:
  std::map<std::string, PlanStep> methods_;
};

}  // namespace decant

#endif  // DECANT_COORDINATOR_PLAN_METHOD_H_
