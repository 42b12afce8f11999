#include "worker/ops/project_op.h"

#include <ATen/ops/zeros.h>

#include <algorithm>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/files.h"
#include "common/base/status_macros.h"
#include "common/ops/project_params.h"
#include "worker/io/tensor_file.h"
#include "worker/math/philox.h"
#include "worker/math/svd_crop.h"
#include "worker/ops/referenced_tensor.h"
#include "worker/ops/virtual_expert_reader.h"

namespace decant {
namespace {

absl::StatusOr<std::vector<int64_t>> ReadSelection(OpContext& context,
                                                   int64_t num_experts) {
  ASSIGN_OR_RETURN(const std::string text, context.ReadInput("selection"));
  ASSIGN_OR_RETURN(const Json json, ParseJson(text, "selection"));
  const auto selected = json.find("selected");
  if (selected == json.end() || !selected->is_array()) {
    return absl::InvalidArgumentError("selection has no list 'selected'");
  }
  std::vector<int64_t> experts;
  for (const Json& expert : *selected) {
    if (!expert.is_number_integer() || expert.get<int64_t>() < 0 ||
        expert.get<int64_t>() >= num_experts) {
      return absl::InvalidArgumentError(
          absl::StrCat("selection names the expert ", expert.dump(),
                       ", but the layer has ", num_experts));
    }
    experts.push_back(expert.get<int64_t>());
  }
  return experts;
}

// The experts at positions [position_begin, position_end).
absl::StatusOr<std::vector<int64_t>> ExpertsOf(OpContext& context,
                                               const ProjectParams& params) {
  const int64_t num_experts = params.experts.lo.num_experts;
  std::vector<int64_t> experts(static_cast<size_t>(num_experts));
  std::iota(experts.begin(), experts.end(), 0);
  if (params.use_selection) {
    ASSIGN_OR_RETURN(experts, ReadSelection(context, num_experts));
  }
  if (params.position_end > static_cast<int64_t>(experts.size())) {
    return absl::InvalidArgumentError(
        absl::StrCat("project params: position_end ", params.position_end,
                     " is beyond the ", experts.size(), " selected experts"));
  }
  return std::vector<int64_t>(experts.begin() + params.position_begin,
                              experts.begin() + params.position_end);
}

struct PartialSum {
  at::Tensor sum;  // F64.
  double energy_kept = 0;
};

class ProjectOp : public Op {
 public:
  absl::string_view name() const override { return kProjectOp; }
  int64_t version() const override { return kProjectVersion; }

  absl::StatusOr<UnitResult> Run(OpContext& context,
                                 const Json& json) override {
    ASSIGN_OR_RETURN(const ProjectParams params, ProjectParams::FromJson(json));
    ASSIGN_OR_RETURN(const std::shared_ptr<const Checkpoint> checkpoint,
                     context.Source(params.experts.checkpoint));
    ASSIGN_OR_RETURN(const std::vector<int64_t> experts,
                     ExpertsOf(context, params));
    ASSIGN_OR_RETURN(const PartialSum partial,
                     SumExperts(context, params, *checkpoint, experts));

    const std::string path = JoinPath(context.folder(), "partial.safetensors");
    RETURN_IF_ERROR(WriteTensorFile(path, {{"sum", partial.sum}}));
    RETURN_IF_ERROR(context.Publish("partial", path).status());
    return context.Result({{"num_experts", experts.size()},
                           {"energy_kept", partial.energy_kept}});
  }

 private:
  static absl::StatusOr<PartialSum> SumExperts(
      OpContext& context, const ProjectParams& params,
      const Checkpoint& checkpoint, const std::vector<int64_t>& experts) {
    const ExpertStack& stack = params.experts.lo;
    const bool is_linear =
        params.rank == 0 ||
        params.rank >= std::min(stack.num_rows, stack.num_columns);
    const SvdCropOptions options = {
        .rank = is_linear ? 0 : params.rank,
        .out_rows = std::min(params.out_rows, stack.num_rows),
        .out_columns = std::min(params.out_columns, stack.num_columns),
        .key = SeedKey(params.seed, "sketch", params.step, params.name)};
    const at::Device device = DeviceOf(context);
    VirtualExpertReader reader(checkpoint, params.experts, experts,
                               is_linear ? options.out_rows : stack.num_rows,
                               device);
    PartialSum partial;
    partial.sum =
        at::zeros({options.out_rows, options.out_columns},
                  at::TensorOptions().dtype(at::kDouble).device(device));
    int64_t done = 0;
    const int64_t total = static_cast<int64_t>(experts.size());
    for (const int64_t expert : experts) {
      RETURN_IF_ERROR(context.CheckCancelled());
      ASSIGN_OR_RETURN(const at::Tensor matrix, reader.Next());
      absl::StatusOr<SvdCropResult> projected = SvdCrop(matrix, options);
      if (!projected.ok()) {
        return Annotate(projected.status(), stack.Slice(expert).name);
      }
      partial.sum.add_(projected->projected);
      partial.energy_kept +=
          projected->energy_kept / static_cast<double>(total);
      context.Progress(++done, total);
    }
    return partial;
  }
};

}  // namespace

std::unique_ptr<Op> MakeProjectOp() { return std::make_unique<ProjectOp>(); }

}  // namespace decant
