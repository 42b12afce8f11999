#include "worker/io/tensor_file.h"

#include <ATen/ops/empty.h>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/tensor/safetensors_reader.h"
#include "common/tensor/safetensors_writer.h"
#include "worker/io/finite_check.h"
#include "worker/io/stored_dtype.h"
#include "worker/math/torch_status.h"

namespace decant {
namespace {

absl::StatusOr<at::Tensor> EmptyOnHost(const std::vector<int64_t>& shape,
                                       at::ScalarType type, bool pinned) {
  return TryTorch("allocate a tensor", [&] {
    return at::empty(shape,
                     at::TensorOptions().dtype(type).pinned_memory(pinned));
  });
}

int64_t SizeBytes(const at::Tensor& tensor) {
  return static_cast<int64_t>(tensor.nbytes());
}

}  // namespace

absl::Status WriteTensorFile(absl::string_view path,
                             const std::vector<NamedTensor>& tensors) {
  std::vector<TensorSpec> specs;
  for (const auto& [name, tensor] : tensors) {
    ASSIGN_OR_RETURN(const DType dtype, DTypeOf(tensor.scalar_type(), name));
    specs.push_back({name, dtype, tensor.sizes().vec()});
  }
  ASSIGN_OR_RETURN(SafetensorsWriter writer,
                   SafetensorsWriter::Create(path, specs));
  for (const auto& [name, tensor] : tensors) {
    ASSIGN_OR_RETURN(const at::Tensor host,
                     TryTorch(absl::StrCat("fetch ", name), [&tensor = tensor] {
                       return tensor.cpu().contiguous();
                     }));
    RETURN_IF_ERROR(writer.Write(name, host.const_data_ptr(), SizeBytes(host)));
  }
  return writer.Finish();
}

absl::StatusOr<at::Tensor> ReadTensorFile(absl::string_view path,
                                          absl::string_view name) {
  ASSIGN_OR_RETURN(const SafetensorsReader reader,
                   SafetensorsReader::Open(path));
  const TensorInfo* info = reader.header().Find(name);
  if (info == nullptr) {
    return absl::NotFoundError(absl::StrCat(path, " holds no tensor ", name));
  }
  ASSIGN_OR_RETURN(const at::ScalarType type, ScalarTypeOf(info->dtype, name));
  ASSIGN_OR_RETURN(const at::Tensor tensor,
                   EmptyOnHost(info->shape, type, /*pinned=*/false));
  RETURN_IF_ERROR(
      reader.Read(*info, 0, tensor.mutable_data_ptr(), SizeBytes(tensor)));
  return tensor;
}

absl::StatusOr<at::Tensor> ReadStoredSlice(const Checkpoint& checkpoint,
                                           const TensorSlice& slice,
                                           bool pinned) {
  ASSIGN_OR_RETURN(const TensorInfo* info, checkpoint.Require(slice.name));
  ASSIGN_OR_RETURN(const at::ScalarType type,
                   ScalarTypeOf(info->dtype, slice.name));
  ASSIGN_OR_RETURN(const std::vector<int64_t> shape,
                   checkpoint.SliceShape(slice));
  ASSIGN_OR_RETURN(const at::Tensor tensor, EmptyOnHost(shape, type, pinned));
  RETURN_IF_ERROR(checkpoint.ReadSlice(slice, tensor.mutable_data_ptr(),
                                       SizeBytes(tensor)));
  return tensor;
}

absl::StatusOr<at::Tensor> ToCheckedFloat(const at::Tensor& stored,
                                          const TensorSlice& slice,
                                          at::Device device) {
  ASSIGN_OR_RETURN(const at::Tensor values,
                   TryTorch(absl::StrCat("load ", slice.name), [&] {
                     // Moved before it is widened: half the bytes.
                     return stored.to(device).to(at::kFloat);
                   }));
  const int64_t columns = stored.dim() > 0 ? stored.size(-1) : 1;
  RETURN_IF_ERROR(CheckFinite(values, absl::StrCat("tensor ", slice.name),
                              slice.first_row * columns));
  return values;
}

absl::StatusOr<at::Tensor> TensorFromSlice(const Checkpoint& checkpoint,
                                           const TensorSlice& slice,
                                           at::Device device) {
  ASSIGN_OR_RETURN(
      const at::Tensor stored,
      ReadStoredSlice(checkpoint, slice, /*pinned=*/device.is_cuda()));
  return ToCheckedFloat(stored, slice, device);
}

}  // namespace decant
