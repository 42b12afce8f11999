// Plans how the experts of a (virtual) teacher layer become one sum per kind:
// fingerprint -> select -> project. Nothing here depends on the student but
// the shape it asks for, so passes and layers share these units.
#ifndef DECANT_COORDINATOR_PLAN_METHODS_EXPERT_BLEND_H_
#define DECANT_COORDINATOR_PLAN_METHODS_EXPERT_BLEND_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/model/layer_map.h"
#include "common/ops/virtual_stack.h"
#include "coordinator/plan/method.h"
#include "coordinator/plan/methods/moe_to_dense_options.h"

namespace decant {

// The sum of the projected experts is the sum of outputs "partial" of `units`,
// divided by `count`.
struct BlendPlan {
  std::vector<std::string> units;
  int64_t count = 0;
  int64_t covered_rows = 0;
  int64_t covered_columns = 0;
};

class ExpertBlendPlanner {
 public:
  // References outlive the planner.
  ExpertBlendPlanner(const MoeToDenseOptions& options,
                     const StepContext& context, PlanBuilder& builder)
      : options_(options), context_(context), builder_(builder) {}

  // Plans the blend of `kind` for the student tensor `target` that reads the
  // teacher layer(s) of `entry`. Both must be sparse.
  absl::StatusOr<BlendPlan> Plan(const LayerMapEntry& entry, ExpertKind kind,
                                 const RoledTensor& target);

 private:
  absl::StatusOr<VirtualStack> Stack(const LayerMapEntry& entry,
                                     ExpertKind kind) const;
  // Adds fingerprint units of one kind and lists them as inputs of `select`.
  absl::Status AddFingerprints(const LayerMapEntry& entry, ExpertKind kind,
                               UnitSpec& select);
  absl::StatusOr<std::string> AddSelect(const LayerMapEntry& entry,
                                        int64_t count, int64_t num_experts);

  const MoeToDenseOptions& options_;
  const StepContext& context_;
  PlanBuilder& builder_;
};

// The rank the projection really runs at for a teacher matrix and a student
// matrix of these shapes: 0 when it is full, so that no SVD runs.
int64_t EffectiveProjectRank(const MoeToDenseOptions& options,
                             int64_t teacher_rows, int64_t teacher_columns,
                             int64_t student_rows, int64_t student_columns);

// FLOPs of the best rank-k of a rows x columns matrix through the Gram of its
// smaller side; 0 for k = 0.
double TruncationFlops(int64_t rows, int64_t columns, int64_t rank);

}  // namespace decant

#endif  // DECANT_COORDINATOR_PLAN_METHODS_EXPERT_BLEND_H_
