// Tensors in and out of safetensors files and checkpoints.
//
// Everything is read and written as stored; only TensorFromSlice converts.
#ifndef DECANT_WORKER_IO_TENSOR_FILE_H_
#define DECANT_WORKER_IO_TENSOR_FILE_H_

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/tensor/checkpoint.h"

namespace decant {

struct NamedTensor {
  std::string name;
  at::Tensor tensor;
};

// Writes `path` with `tensors` in the given order, from any device, and fsyncs
// it. InvalidArgument: a name twice, or a dtype other than F32, BF16, F16, F64.
absl::Status WriteTensorFile(absl::string_view path,
                             const std::vector<NamedTensor>& tensors);

// Tensor `name` of the safetensors file at `path`: in its stored dtype and
// shape, on the host. NotFound naming tensor and file.
absl::StatusOr<at::Tensor> ReadTensorFile(absl::string_view path,
                                          absl::string_view name);

// Rows of a checkpoint's tensor in their stored dtype, [rows, columns], on the
// host (in pinned memory if `pinned`). Errors of Checkpoint and ScalarTypeOf.
absl::StatusOr<at::Tensor> ReadStoredSlice(const Checkpoint& checkpoint,
                                           const TensorSlice& slice,
                                           bool pinned = false);

// The same as fp32 on `device`. InvalidArgument naming tensor and flat index
// (within the whole tensor) when a value is NaN or infinite.
absl::StatusOr<at::Tensor> TensorFromSlice(const Checkpoint& checkpoint,
                                           const TensorSlice& slice,
                                           at::Device device);

// What follows a read: `stored` on `device` as fp32, checked to be finite.
// `slice` only names it.
absl::StatusOr<at::Tensor> ToCheckedFloat(const at::Tensor& stored,
                                          const TensorSlice& slice,
                                          at::Device device);

}  // namespace decant

#endif  // DECANT_WORKER_IO_TENSOR_FILE_H_
