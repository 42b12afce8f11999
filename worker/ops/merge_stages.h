// The stages of the op `merge` between loading and storing (docs/methods),
// on tensors alone.
//
// Shapes: O x I = the student's tensor; W_s student, W_p projected teacher.
#ifndef DECANT_WORKER_OPS_MERGE_STAGES_H_
#define DECANT_WORKER_OPS_MERGE_STAGES_H_

#include <ATen/core/Tensor.h>

#include "absl/status/statusor.h"
#include "common/base/json.h"
#include "common/ops/merge_params.h"

namespace decant {

// A change on its way to the student, and what was measured so far: the unit's
// summary (docs/formats/unit.md).
struct Change {
  at::Tensor delta_OI;  // fp32.
  // What is still to be multiplied with delta_OI when it is merged.
  double factor = 1;
  Json summary = Json::object();
};

// D = align(W_p) - W_s; 0 where the teacher covers nothing and `uncovered` is
// keep-student. Alignment always compares the whole of W_p, zero-padded to
// O x I, with W_s.
//
// Summary: delta_norm_raw |W_p - W_s|, delta_norm_aligned |D|,
// alignment_residual_before/_after, alignment_scale, alignment_rank,
// alignment_full_rank, alignment_completed, uncovered_energy (share of |D|^2
// on entries the teacher does not cover).
absl::StatusOr<Change> AlignedChange(const MergeParams& params,
                                     const at::Tensor& teacher_OI,
                                     const at::Tensor& student_OI);

// Drops and rescales in place. Summary: kept_elements, total_elements,
// sparsify_scale, sparsify_energy_kept, delta_norm_sparse.
absl::Status SparsifyChange(const MergeParams& params, Change& change);

// The best rank-r part times alpha / r; when r reaches min(O, I) nothing is
// factored. Summary: lora_rank (asked for), lora_effective_rank,
// full_rank_identity, low_rank_energy_kept, delta_norm_low_rank (with
// alpha / r, without strength).
absl::Status ReduceRank(const MergeParams& params, Change& change);

// W' = round(W_s + strength D_r) in params.dtype. `stored_student` is W_s in
// its stored dtype. Summary: student_norm, change_norm |W' - W_s|,
// relative_change, changed_elements, changed_fraction (bits that differ from
// the student's, rounded to params.dtype first where it was stored otherwise),
// strength.
//
// InvalidArgument naming the tensor: NaN or infinity in W', or W' all zero
// where W_s was not.
absl::StatusOr<at::Tensor> MergeChange(const MergeParams& params,
                                       const at::Tensor& stored_student,
                                       Change& change);

}  // namespace decant

#endif  // DECANT_WORKER_OPS_MERGE_STAGES_H_
