#include "worker/ops/referenced_tensor.h"

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "worker/io/tensor_file.h"

namespace decant {
namespace {

bool IsWhole(const TensorSlice& slice) {
  return slice.first_row == 0 && slice.num_rows < 0;
}

absl::StatusOr<at::Tensor> LoadFromInput(OpContext& context,
                                         const TensorRef& ref) {
  ASSIGN_OR_RETURN(const std::string path, context.InputPath(ref.input));
  ASSIGN_OR_RETURN(const at::Tensor whole,
                   ReadTensorFile(path, ref.slice.name));
  if (IsWhole(ref.slice)) return whole;
  const at::Tensor rows = whole.reshape({-1, whole.size(-1)});
  const int64_t first = ref.slice.first_row;
  const int64_t count =
      ref.slice.num_rows < 0 ? rows.size(0) - first : ref.slice.num_rows;
  if (count < 0 || first + count > rows.size(0)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "input ", ref.input, ": rows [", first, ", ", first + count, ") of ",
        ref.slice.name, " do not exist: it has ", rows.size(0)));
  }
  return rows.narrow(0, first, count);
}

}  // namespace

at::Device DeviceOf(const OpContext& context) {
  return at::Device(context.device());
}

absl::StatusOr<at::Tensor> LoadStored(OpContext& context,
                                      const TensorRef& ref) {
  if (!ref.input.empty()) return LoadFromInput(context, ref);
  ASSIGN_OR_RETURN(const std::shared_ptr<const Checkpoint> checkpoint,
                   context.Source(ref.checkpoint));
  ASSIGN_OR_RETURN(const at::Tensor rows,
                   ReadStoredSlice(*checkpoint, ref.slice));
  if (!IsWhole(ref.slice)) return rows;
  ASSIGN_OR_RETURN(const TensorInfo* info, checkpoint->Require(ref.slice.name));
  return rows.reshape(info->shape);
}

absl::StatusOr<at::Tensor> ToFloat(OpContext& context, const at::Tensor& stored,
                                   const TensorRef& ref) {
  return ToCheckedFloat(stored, ref.slice, DeviceOf(context));
}

}  // namespace decant
