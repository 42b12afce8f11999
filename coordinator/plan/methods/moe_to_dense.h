// Method `moe-to-dense`: a dense student takes over what experts and attention
// of a MoE teacher weigh, without data. Mathematics: docs/methods/.
#ifndef DECANT_COORDINATOR_PLAN_METHODS_MOE_TO_DENSE_H_
#define DECANT_COORDINATOR_PLAN_METHODS_MOE_TO_DENSE_H_

#include "absl/status/statusor.h"
#include "coordinator/plan/method.h"

namespace decant {

// Per student layer: fingerprint(kind, rows) -> select -> project(kind, expert
// block) -> merge(tensor). Names, shapes and dtypes of the model stay as they
// are.
//
// InvalidArgument  bad option, count > experts, a student that is not dense, a
//                  teacher without experts, vocabularies that differ when the
//                  embeddings are to be distilled.
absl::StatusOr<StepPlan> PlanMoeToDense(const RecipeStep& step,
                                        const StepContext& context,
                                        PlanBuilder& builder);

}  // namespace decant

#endif  // DECANT_COORDINATOR_PLAN_METHODS_MOE_TO_DENSE_H_
