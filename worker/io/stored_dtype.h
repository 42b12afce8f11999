// Between element types as files spell them and as libtorch does.
#ifndef DECANT_WORKER_IO_STORED_DTYPE_H_
#define DECANT_WORKER_IO_STORED_DTYPE_H_

#include <c10/core/ScalarType.h>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/tensor/dtype.h"

namespace decant {

// The type of weights that Decant computes on: F32, BF16, F16; F64 too, for
// its own Grams and sums. InvalidArgument naming `tensor_name` for any other,
// quantised (F8) ones included: their numbers mean nothing without scales.
absl::StatusOr<at::ScalarType> ScalarTypeOf(DType dtype,
                                            absl::string_view tensor_name);

// The reverse, of the same four types. InvalidArgument naming `tensor_name`.
absl::StatusOr<DType> DTypeOf(at::ScalarType type,
                              absl::string_view tensor_name);

}  // namespace decant

#endif  // DECANT_WORKER_IO_STORED_DTYPE_H_
