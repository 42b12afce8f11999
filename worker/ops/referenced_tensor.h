// Loads what a TensorRef points at, wherever it lies.
#ifndef DECANT_WORKER_OPS_REFERENCED_TENSOR_H_
#define DECANT_WORKER_OPS_REFERENCED_TENSOR_H_

#include <ATen/core/Tensor.h>

#include "absl/status/statusor.h"
#include "common/ops/tensor_ref.h"
#include "worker/ops/op.h"

namespace decant {

// In its stored dtype, on the host: its own shape when the reference takes the
// whole tensor, [rows, columns] when it takes some rows. Errors of
// OpContext::Source, InputPath and the readers.
absl::StatusOr<at::Tensor> LoadStored(OpContext& context, const TensorRef& ref);

// InvalidArgument naming tensor and flat index when a value of `stored` is NaN
// or infinite; else `stored` as fp32 on the context's device.
absl::StatusOr<at::Tensor> ToFloat(OpContext& context, const at::Tensor& stored,
                                   const TensorRef& ref);

// Where the context computes.
at::Device DeviceOf(const OpContext& context);

}  // namespace decant

#endif  // DECANT_WORKER_OPS_REFERENCED_TENSOR_H_
