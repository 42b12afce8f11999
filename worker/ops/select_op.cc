#include "worker/ops/select_op.h"

#include <ATen/core/Tensor.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/model/tensor_role.h"
#include "common/ops/select_params.h"
#include "worker/io/tensor_file.h"
#include "worker/math/centroid.h"

namespace decant {
namespace {

// sum += the Gram `name` of the file at `path`.
absl::Status AddGram(const std::string& path, const char* name,
                     int64_t num_experts, std::vector<double>& sum) {
  ASSIGN_OR_RETURN(const at::Tensor gram, ReadTensorFile(path, name));
  if (gram.scalar_type() != at::kDouble || gram.dim() != 2 ||
      gram.size(0) != num_experts || gram.size(1) != num_experts) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": ", name, " is not an F64 matrix of ", num_experts,
                     " x ", num_experts));
  }
  const double* values = gram.const_data_ptr<double>();
  sum.resize(static_cast<size_t>(gram.numel()), 0.0);
  for (size_t i = 0; i < sum.size(); ++i) sum[i] += values[i];
  return absl::OkStatus();
}

bool HasInput(const OpContext& context, const std::string& name) {
  return context.order().inputs.count(name) > 0;
}

// The Grams of one kind: its blocks added in order. `num_read` counts inputs.
absl::StatusOr<KindGrams> ReadKind(OpContext& context,
                                   const SelectParams& params,
                                   absl::string_view kind, size_t& num_read) {
  KindGrams grams;
  for (int block = 0;; ++block) {
    const std::string input = absl::StrCat(kind, ".", block);
    if (block > 0 && !HasInput(context, input)) return grams;
    ASSIGN_OR_RETURN(const std::string path, context.InputPath(input));
    const int64_t count = params.num_experts;
    RETURN_IF_ERROR(AddGram(path, "gram_lo", count, grams.lo));
    if (params.weight != 0) {
      RETURN_IF_ERROR(AddGram(path, "cross", count, grams.cross));
      RETURN_IF_ERROR(AddGram(path, "gram_hi", count, grams.hi));
    }
    ++num_read;
  }
}

// The Gram of whole fingerprints. SLERP has its coefficients per kind, so
// kinds are interpolated apart and then added.
absl::StatusOr<std::vector<double>> WholeGram(OpContext& context,
                                              const SelectParams& params) {
  std::vector<double> whole(
      static_cast<size_t>(params.num_experts * params.num_experts), 0.0);
  size_t num_read = 0;
  for (const ExpertKind kind : kExpertKinds) {
    ASSIGN_OR_RETURN(const KindGrams grams,
                     ReadKind(context, params, ExpertKindName(kind), num_read));
    absl::StatusOr<std::vector<double>> gram =
        VirtualGram(grams, params.num_experts, params.weight);
    if (!gram.ok()) return Annotate(gram.status(), ExpertKindName(kind));
    for (size_t i = 0; i < whole.size(); ++i) whole[i] += (*gram)[i];
  }
  if (num_read != context.order().inputs.size()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "select has ", context.order().inputs.size(), " inputs, of which only ",
        num_read, " are gate, up or down blocks numbered from 0"));
  }
  return whole;
}

class SelectOp : public Op {
 public:
  absl::string_view name() const override { return kSelectOp; }
  int64_t version() const override { return kSelectVersion; }

  absl::StatusOr<UnitResult> Run(OpContext& context,
                                 const Json& json) override {
    ASSIGN_OR_RETURN(const SelectParams params, SelectParams::FromJson(json));
    ASSIGN_OR_RETURN(const std::vector<double> gram,
                     WholeGram(context, params));
    const CentroidGeometry geometry = MeasureCentroid(gram, params.num_experts);
    const Json selection = {
        {"selected", NearestToCentroid(geometry.distances, params.count)},
        {"distances", geometry.distances},
        {"norms", geometry.norms}};
    RETURN_IF_ERROR(
        context.PublishBytes("selection", CanonicalJson(selection)).status());
    return context.Result(
        {{"num_selected", params.count},
         {"mean_cosine", geometry.mean_cosine},
         {"norm_spread", geometry.norm_spread},
         {"centroid_norm_ratio", geometry.centroid_norm_ratio}});
  }
};

}  // namespace

std::unique_ptr<Op> MakeSelectOp() { return std::make_unique<SelectOp>(); }

}  // namespace decant
