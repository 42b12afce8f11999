// Philox streams as tensors, equal on every device.
#ifndef DECANT_WORKER_MATH_PHILOX_TENSOR_H_
#define DECANT_WORKER_MATH_PHILOX_TENSOR_H_

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "absl/status/statusor.h"
#include "worker/math/philox.h"

namespace decant {

// Words [begin, begin + count) of the stream, int64 [count] in [0, 2^32), by
// tensor operations on `device` (some 100 elementwise kernels over count / 4
// values). For accelerators; on the host FillPhiloxWords is far faster.
absl::StatusOr<at::Tensor> PhiloxWordsOnDevice(PhiloxKey key, int64_t begin,
                                               int64_t count,
                                               at::Device device);

// Standard normal fp32 [rows, columns], drawn on the host and moved to
// `device`: the same values everywhere.
absl::StatusOr<at::Tensor> PhiloxNormalMatrix(PhiloxKey key, int64_t rows,
                                              int64_t columns,
                                              at::Device device);

}  // namespace decant

#endif  // DECANT_WORKER_MATH_PHILOX_TENSOR_H_
