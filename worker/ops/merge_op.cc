#include "worker/ops/merge_op.h"

#include <ATen/core/Tensor.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/files.h"
#include "common/base/status_macros.h"
#include "common/ops/merge_params.h"
#include "worker/io/tensor_file.h"
#include "worker/math/inner_product.h"
#include "worker/math/philox.h"
#include "worker/math/slerp.h"
#include "worker/math/svd_crop.h"
#include "worker/ops/merge_stages.h"
#include "worker/ops/referenced_tensor.h"

namespace decant {
namespace {

struct Projected {
  at::Tensor matrix;  // fp32, covered_rows x covered_columns.
  double energy_kept = 1;
};

absl::Status CheckShape(const MergeParams& params, absl::string_view what,
                        const at::Tensor& matrix) {
  if (matrix.dim() == 2 && matrix.size(0) == params.covered_rows &&
      matrix.size(1) == params.covered_columns) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat("tensor ", params.name, ": ", what, " has the shape ",
                   ShapeString(matrix.sizes().vec()), ", not [",
                   params.covered_rows, ", ", params.covered_columns, "]"));
}

// The mean of the experts whose sums are inputs "partial.<i>".
absl::StatusOr<Projected> MeanOfPartials(OpContext& context,
                                         const MergeParams& params) {
  at::Tensor sum;
  for (int64_t i = 0; i < params.num_partials; ++i) {
    const TensorRef ref = {"", absl::StrCat("partial.", i), {"sum"}};
    ASSIGN_OR_RETURN(const at::Tensor partial, LoadStored(context, ref));
    RETURN_IF_ERROR(CheckShape(params, ref.input, partial));
    const at::Tensor part = partial.to(DeviceOf(context), at::kDouble);
    sum = sum.defined() ? sum.add_(part) : part;
  }
  if (!sum.defined()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "merge params: ", params.name, ": num_partials must be at least 1"));
  }
  const double count = static_cast<double>(params.blend_count);
  return Projected{sum.div_(count).to(at::kFloat), 1};
}

// A teacher tensor, or the one between two layers, cut to rank and cropped.
absl::StatusOr<Projected> ProjectPair(OpContext& context,
                                      const MergeParams& params) {
  ASSIGN_OR_RETURN(const at::Tensor stored,
                   LoadStored(context, *params.teacher_lo));
  ASSIGN_OR_RETURN(at::Tensor teacher,
                   ToFloat(context, stored, *params.teacher_lo));
  if (params.teacher_hi.has_value()) {
    ASSIGN_OR_RETURN(const at::Tensor stored_hi,
                     LoadStored(context, *params.teacher_hi));
    ASSIGN_OR_RETURN(const at::Tensor hi,
                     ToFloat(context, stored_hi, *params.teacher_hi));
    ASSIGN_OR_RETURN(teacher, Slerp(teacher, hi, params.weight));
  } else if (params.weight != 0) {
    return absl::InvalidArgumentError(absl::StrCat(
        "merge params: ", params.name, ": weight without teacher_hi"));
  }
  ASSIGN_OR_RETURN(
      const SvdCropResult result,
      SvdCrop(teacher, {.rank = params.project_rank,
                        .out_rows = params.covered_rows,
                        .out_columns = params.covered_columns,
                        .key = SeedKey(params.seed, "sketch", params.step,
                                       params.name)}));
  return Projected{result.projected, result.energy_kept};
}

absl::StatusOr<Projected> LoadTeacher(OpContext& context,
                                      const MergeParams& params) {
  return params.blend_count > 0 ? MeanOfPartials(context, params)
                                : ProjectPair(context, params);
}

absl::Status CheckStudent(const MergeParams& params,
                          const at::Tensor& student) {
  if (student.dim() == 2 && student.size(0) >= params.covered_rows &&
      student.size(1) >= params.covered_columns) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "tensor ", params.name, ": the student's shape ",
      ShapeString(student.sizes().vec()), " does not hold the teacher's [",
      params.covered_rows, ", ", params.covered_columns, "]"));
}

constexpr int64_t kNumStages = 5;

class MergeOp : public Op {
 public:
  absl::string_view name() const override { return kMergeOp; }
  int64_t version() const override { return kMergeVersion; }

  absl::StatusOr<UnitResult> Run(OpContext& context,
                                 const Json& json) override {
    ASSIGN_OR_RETURN(const MergeParams params, MergeParams::FromJson(json));
    ASSIGN_OR_RETURN(const at::Tensor loaded,
                     LoadStored(context, params.student));
    RETURN_IF_ERROR(CheckStudent(params, loaded));
    Change change;
    absl::StatusOr<at::Tensor> merged =
        Merge(context, params, loaded.to(DeviceOf(context)), change);
    if (!merged.ok()) {
      return Annotate(merged.status(), absl::StrCat("merge ", params.name));
    }

    const std::string path = JoinPath(context.folder(), "tensor.safetensors");
    RETURN_IF_ERROR(WriteTensorFile(path, {{params.name, *merged}}));
    RETURN_IF_ERROR(context.Publish("tensor", path).status());
    return context.Result(std::move(change.summary));
  }

 private:
  static absl::Status Done(OpContext& context, int64_t stage) {
    context.Progress(stage, kNumStages);
    return context.CheckCancelled();
  }

  static absl::StatusOr<at::Tensor> Merge(OpContext& context,
                                          const MergeParams& params,
                                          const at::Tensor& stored_student,
                                          Change& change) {
    ASSIGN_OR_RETURN(const at::Tensor student_OI,
                     ToFloat(context, stored_student, params.student));
    ASSIGN_OR_RETURN(const Projected projected, LoadTeacher(context, params));
    ASSIGN_OR_RETURN(
        const at::Tensor teacher_OI,
        CropOrPad(projected.matrix, student_OI.size(0), student_OI.size(1)));
    RETURN_IF_ERROR(Done(context, 1));
    ASSIGN_OR_RETURN(change, AlignedChange(params, teacher_OI, student_OI));
    change.summary["name"] = params.name;
    change.summary["projection_energy_kept"] = projected.energy_kept;
    RETURN_IF_ERROR(Done(context, 2));
    RETURN_IF_ERROR(SparsifyChange(params, change));
    RETURN_IF_ERROR(Done(context, 3));
    RETURN_IF_ERROR(ReduceRank(params, change));
    RETURN_IF_ERROR(Done(context, 4));
    ASSIGN_OR_RETURN(
        const PairMoments moments,
        ComputePairMoments(change.delta_OI, teacher_OI.sub(student_OI)));
    change.summary["cosine_with_raw"] = moments.Cosine();
    ASSIGN_OR_RETURN(at::Tensor merged,
                     MergeChange(params, stored_student, change));
    RETURN_IF_ERROR(Done(context, kNumStages));
    return merged;
  }
};

}  // namespace

std::unique_ptr<Op> MakeMergeOp() { return std::make_unique<MergeOp>(); }

}  // namespace decant
