#include "coordinator/plan/method.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/nearest.h"

namespace decant {

void MethodRegistry::Add(const std::string& name, PlanStep plan) {
  methods_[name] = std::move(plan);
}

absl::StatusOr<PlanStep> MethodRegistry::Find(const RecipeStep& step) const {
  const auto found = methods_.find(step.method);
  if (found != methods_.end()) return found->second;
  std::vector<std::string> known;
  for (const auto& [name, plan] : methods_) known.push_back(name);
  return YamlError(step.method_mark,
                   absl::StrCat("no method named '", step.method, "'",
                                Suggestion(step.method, known)));
}

}  // namespace decant
