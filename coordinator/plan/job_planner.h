// From a recipe and the headers of its models to all units of the job. Pure:
// everything it needs from disk comes as an argument.
#ifndef DECANT_COORDINATOR_PLAN_JOB_PLANNER_H_
#define DECANT_COORDINATOR_PLAN_JOB_PLANNER_H_

#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "common/model/model_layout.h"
#include "common/recipe/recipe.h"
#include "common/unit/unit_spec.h"
#include "coordinator/plan/job_plan.h"
#include "coordinator/plan/method.h"

namespace decant {

struct PlanInputs {
  const Recipe& recipe;
  const ModelLayout& teacher;
  const ModelLayout& student;
  // By checkpoint name, kTeacherSource and kStudentSource.
  const std::map<std::string, SourceRef>& sources;
  bool same_vocabulary = false;  // See StepContext.
};

// Validates every step on the headers its predecessor predicts and plans all
// units. Deterministic. InvalidArgument as the method says, or when the job
// has more than kMaxUnitsPerJob units.
absl::StatusOr<JobPlan> PlanJob(const PlanInputs& inputs,
                                const MethodRegistry& methods);

}  // namespace decant

#endif  // DECANT_COORDINATOR_PLAN_JOB_PLANNER_H_
