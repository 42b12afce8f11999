#include "worker/ops/merge_stages.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "worker/io/stored_dtype.h"
#include "worker/math/inner_product.h"
#include "worker/math/low_rank.h"
#include "worker/math/merge_tensor.h"
#include "worker/math/philox.h"
#include "worker/math/procrustes.h"
#include "worker/math/sparsify.h"

namespace decant {
namespace {

// The parts of `matrix_OI` that the teacher does not cover: below, and to the
// right of the covered block.
struct Uncovered {
  at::Tensor below;
  at::Tensor right;
};

Uncovered UncoveredParts(const MergeParams& params,
                         const at::Tensor& matrix_OI) {
  const int64_t rows = params.covered_rows;
  const int64_t columns = params.covered_columns;
  return {matrix_OI.narrow(0, rows, matrix_OI.size(0) - rows),
          matrix_OI.narrow(0, 0, rows)
              .narrow(1, columns, matrix_OI.size(1) - columns)};
}

absl::StatusOr<double> UncoveredEnergy(const MergeParams& params,
                                       const at::Tensor& delta_OI,
                                       double delta_norm) {
  if (delta_norm == 0) return 0.0;
  const Uncovered parts = UncoveredParts(params, delta_OI);
  ASSIGN_OR_RETURN(const double below, SquaredNorm(parts.below.contiguous()));
  ASSIGN_OR_RETURN(const double right, SquaredNorm(parts.right.contiguous()));
  return (below + right) / (delta_norm * delta_norm);
}

}  // namespace

absl::StatusOr<Change> AlignedChange(const MergeParams& params,
                                     const at::Tensor& teacher_OI,
                                     const at::Tensor& student_OI) {
  ASSIGN_OR_RETURN(const AlignSide side, ParseAlignSide(params.align_side));
  ASSIGN_OR_RETURN(
      const Alignment alignment,
      AlignToStudent(teacher_OI, student_OI,
                     {.side = side, .scaling = params.align_scaling}));
  Change change;
  change.delta_OI = alignment.aligned_OI.sub(student_OI);
  if (params.uncovered == "keep-student") {
    const Uncovered parts = UncoveredParts(params, change.delta_OI);
    parts.below.zero_();
    parts.right.zero_();
  }
  ASSIGN_OR_RETURN(const double norm, FrobeniusNorm(change.delta_OI));
  ASSIGN_OR_RETURN(const double uncovered,
                   UncoveredEnergy(params, change.delta_OI, norm));
  change.summary = {{"delta_norm_raw", alignment.residual_before},
                    {"delta_norm_aligned", norm},
                    {"alignment_residual_before", alignment.residual_before},
                    {"alignment_residual_after", alignment.residual_after},
                    {"alignment_scale", alignment.scale},
                    {"alignment_rank", alignment.rank},
                    {"alignment_full_rank", alignment.full_rank},
                    {"alignment_completed", alignment.is_completed},
                    {"uncovered_energy", uncovered}};
  return change;
}

absl::Status SparsifyChange(const MergeParams& params, Change& change) {
  SparsifyOptions options;
  ASSIGN_OR_RETURN(options.method, ParseDropMethod(params.drop_method));
  ASSIGN_OR_RETURN(options.rescale, ParseRescale(params.rescale));
  options.drop = params.drop;
  options.key = SeedKey(params.seed, "dare", params.step, params.name);
  change.delta_OI = change.delta_OI.contiguous();
  ASSIGN_OR_RETURN(const SparsifyReport report,
                   SparsifyInPlace(options, change.delta_OI));
  ASSIGN_OR_RETURN(const double norm, FrobeniusNorm(change.delta_OI));
  change.summary["kept_elements"] = report.num_kept;
  change.summary["total_elements"] = change.delta_OI.numel();
  change.summary["sparsify_scale"] = report.scale;
  change.summary["sparsify_energy_kept"] = report.energy_kept;
  change.summary["delta_norm_sparse"] = norm;
  return absl::OkStatus();
}

absl::Status ReduceRank(const MergeParams& params, Change& change) {
  const int64_t rows = change.delta_OI.size(0);
  const int64_t columns = change.delta_OI.size(1);
  const int64_t rank = params.lora_rank;
  const bool is_full = rank == 0 || IsFullRank(rank, rows, columns);
  double energy_kept = 1;
  if (rank > 0 && is_full) {
    // One multiplication less, and no rounding of its own: the merge applies
    // it together with the strength.
    change.factor = params.lora_alpha / static_cast<double>(rank);
  } else if (rank > 0) {
    const PhiloxKey key =
        SeedKey(params.seed, "sketch", params.step, params.name);
    ASSIGN_OR_RETURN(const LoraFactors factors,
                     FactorLowRank(change.delta_OI, rank, key));
    energy_kept = factors.energy_kept;
    ASSIGN_OR_RETURN(change.delta_OI,
                     DeltaFromLora(factors, params.lora_alpha, rank));
  }
  ASSIGN_OR_RETURN(const double norm, FrobeniusNorm(change.delta_OI));
  change.summary["lora_rank"] = rank;
  change.summary["lora_effective_rank"] =
      is_full ? std::min(rows, columns) : rank;
  change.summary["full_rank_identity"] = rank > 0 && is_full;
  change.summary["low_rank_energy_kept"] = energy_kept;
  change.summary["delta_norm_low_rank"] = norm * change.factor;
  return absl::OkStatus();
}

absl::StatusOr<at::Tensor> MergeChange(const MergeParams& params,
                                       const at::Tensor& stored_student,
                                       Change& change) {
  ASSIGN_OR_RETURN(const at::ScalarType dtype,
                   ScalarTypeOf(params.dtype, params.name));
  ASSIGN_OR_RETURN(const MergedTensor merged,
                   MergeTensor(stored_student, change.delta_OI,
                               params.strength * change.factor, dtype));
  const MergeStatistics& statistics = merged.statistics;
  if (statistics.first_non_finite.has_value()) {
    return absl::InvalidArgumentError(
        absl::StrCat("tensor ", params.name,
                     ": merging gives NaN or infinity at flat index ",
                     *statistics.first_non_finite, " in ",
                     DTypeName(params.dtype), "; lower `strength` or alpha"));
  }
  ASSIGN_OR_RETURN(const double norm, FrobeniusNorm(merged.merged));
  if (norm == 0 && statistics.student_norm > 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("tensor ", params.name,
                     ": merging gives zeros only, though the student's values "
                     "are not; the teacher offers nothing for it"));
  }
  change.summary["student_norm"] = statistics.student_norm;
  change.summary["change_norm"] = statistics.change_norm;
  change.summary["relative_change"] = statistics.RelativeChange();
  change.summary["changed_elements"] = statistics.num_changed;
  change.summary["changed_fraction"] = statistics.ChangedFraction();
  change.summary["strength"] = params.strength;
  return merged.merged;
}

}  // namespace decant
