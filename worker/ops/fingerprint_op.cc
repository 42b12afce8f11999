#include "worker/ops/fingerprint_op.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/files.h"
#include "common/base/status_macros.h"
#include "common/ops/fingerprint_params.h"
#include "worker/io/slice_prefetcher.h"
#include "worker/io/tensor_file.h"
#include "worker/math/gram_accumulator.h"
#include "worker/ops/referenced_tensor.h"

namespace decant {
namespace {

// Of fp32 values held at once, all experts (of both layers) together; as much
// again may be read ahead.
constexpr int64_t kColumnBlockBytes = int64_t{96} << 20;

// The three Grams and the block of rows under way. Between two layers each
// byte serves two of them.
class LayerGrams {
 public:
  explicit LayerGrams(int64_t num_experts)
      : lo_(num_experts), cross_(num_experts), hi_(num_experts) {}

  absl::Status Add(const std::vector<at::Tensor>& lo,
                   const std::vector<at::Tensor>& hi) {
    RETURN_IF_ERROR(lo_.AddRows(lo));
    if (hi.empty()) return absl::OkStatus();
    RETURN_IF_ERROR(cross_.AddCrossRows(lo, hi));
    return hi_.AddRows(hi);
  }

  absl::StatusOr<std::vector<NamedTensor>> Tensors(bool with_hi) const {
    ASSIGN_OR_RETURN(at::Tensor lo, lo_.Sum());
    std::vector<NamedTensor> tensors = {{"gram_lo", std::move(lo)}};
    if (!with_hi) return tensors;
    ASSIGN_OR_RETURN(at::Tensor cross, cross_.Sum());
    ASSIGN_OR_RETURN(at::Tensor hi, hi_.Sum());
    tensors.push_back({"cross", std::move(cross)});
    tensors.push_back({"gram_hi", std::move(hi)});
    return tensors;
  }

 private:
  GramAccumulator lo_;
  GramAccumulator cross_;
  GramAccumulator hi_;
};

// A function of shapes alone: the order of additions, and with it every bit,
// must not depend on the machine.
int64_t RowsPerBlock(const VirtualStack& stack) {
  const int64_t layers = stack.hi.has_value() ? 2 : 1;
  const int64_t row_bytes =
      stack.lo.num_experts * stack.lo.num_columns * layers * 4;
  return std::max<int64_t>(1, kColumnBlockBytes / row_bytes);
}

struct RowRange {
  int64_t first = 0;
  int64_t count = 0;
};

std::vector<RowRange> Blocks(const FingerprintParams& params) {
  const int64_t size = RowsPerBlock(params.experts);
  std::vector<RowRange> blocks;
  for (int64_t row = params.row_begin; row < params.row_end; row += size) {
    blocks.push_back({row, std::min(size, params.row_end - row)});
  }
  return blocks;
}

void AppendSlices(const ExpertStack& stack, RowRange rows,
                  std::vector<TensorSlice>& slices) {
  for (int64_t expert = 0; expert < stack.num_experts; ++expert) {
    TensorSlice slice = stack.Slice(expert);
    slice.first_row += rows.first;
    slice.num_rows = rows.count;
    slices.push_back(std::move(slice));
  }
}

// All reads of the unit, in order: per block every expert of lo, then of hi.
std::vector<TensorSlice> AllSlices(const VirtualStack& stack,
                                   const std::vector<RowRange>& blocks) {
  std::vector<TensorSlice> slices;
  for (const RowRange& block : blocks) {
    AppendSlices(stack.lo, block, slices);
    if (stack.hi.has_value()) AppendSlices(*stack.hi, block, slices);
  }
  return slices;
}

absl::StatusOr<std::vector<at::Tensor>> NextRows(SlicePrefetcher& prefetcher,
                                                 int64_t num_experts) {
  std::vector<at::Tensor> rows;
  for (int64_t expert = 0; expert < num_experts; ++expert) {
    ASSIGN_OR_RETURN(at::Tensor slice, prefetcher.Next());
    rows.push_back(std::move(slice));
  }
  return rows;
}

absl::Status CheckShapes(const FingerprintParams& params) {
  const ExpertStack& lo = params.experts.lo;
  if (params.row_end > lo.num_rows) {
    return absl::InvalidArgumentError(
        absl::StrCat("fingerprint params: row_end ", params.row_end,
                     " is beyond the ", lo.num_rows, " rows of an expert"));
  }
  const std::optional<ExpertStack>& hi = params.experts.hi;
  if (hi.has_value() &&
      (hi->num_rows != lo.num_rows || hi->num_columns != lo.num_columns)) {
    return absl::InvalidArgumentError(
        "fingerprint params: the experts of 'lo' and 'hi' differ in shape");
  }
  return absl::OkStatus();
}

class FingerprintOp : public Op {
 public:
  absl::string_view name() const override { return kFingerprintOp; }
  int64_t version() const override { return kFingerprintVersion; }

  absl::StatusOr<UnitResult> Run(OpContext& context,
                                 const Json& json) override {
    ASSIGN_OR_RETURN(const FingerprintParams params,
                     FingerprintParams::FromJson(json));
    RETURN_IF_ERROR(CheckShapes(params));
    ASSIGN_OR_RETURN(const std::shared_ptr<const Checkpoint> checkpoint,
                     context.Source(params.experts.checkpoint));
    ASSIGN_OR_RETURN(const std::vector<NamedTensor> grams,
                     Accumulate(context, params, *checkpoint));

    const std::string path = JoinPath(context.folder(), "gram.safetensors");
    RETURN_IF_ERROR(WriteTensorFile(path, grams));
    RETURN_IF_ERROR(context.Publish("gram", path).status());
    const int64_t num_rows = params.row_end - params.row_begin;
    return context.Result(
        {{"num_experts", params.experts.lo.num_experts},
         {"elements_per_expert", num_rows * params.experts.lo.num_columns}});
  }

 private:
  static absl::StatusOr<std::vector<NamedTensor>> Accumulate(
      OpContext& context, const FingerprintParams& params,
      const Checkpoint& checkpoint) {
    const std::vector<RowRange> blocks = Blocks(params);
    const bool with_hi = params.experts.hi.has_value();
    const int64_t num_experts = params.experts.lo.num_experts;
    SlicePrefetcher prefetcher(
        checkpoint, AllSlices(params.experts, blocks),
        {.device = DeviceOf(context), .ahead_bytes = kColumnBlockBytes});
    LayerGrams grams(num_experts);
    for (size_t i = 0; i < blocks.size(); ++i) {
      RETURN_IF_ERROR(context.CheckCancelled());
      ASSIGN_OR_RETURN(const std::vector<at::Tensor> lo,
                       NextRows(prefetcher, num_experts));
      ASSIGN_OR_RETURN(const std::vector<at::Tensor> hi,
                       NextRows(prefetcher, with_hi ? num_experts : 0));
      RETURN_IF_ERROR(grams.Add(lo, hi));
      context.Progress(static_cast<int64_t>(i) + 1,
                       static_cast<int64_t>(blocks.size()));
    }
    return grams.Tensors(with_hi);
  }
};

}  // namespace

std::unique_ptr<Op> MakeFingerprintOp() {
  return std::make_unique<FingerprintOp>();
}

}  // namespace decant
