// Between the element types of stored weights, without torch: the same bits on
// every machine.
#ifndef DECANT_WORKER_IO_FLOAT_CONVERSION_H_
#define DECANT_WORKER_IO_FLOAT_CONVERSION_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/tensor/dtype.h"

namespace decant {

// Whether ConvertFloats takes `dtype`: F32, BF16 or F16.
bool IsConvertible(DType dtype);

// The elements in `bytes`, stored as `from`, as `to`: rounded to nearest, ties
// to even; equal types are copied. Both IsConvertible.
// InvalidArgument: a type is not, or `bytes` is no whole number of elements.
absl::StatusOr<std::string> ConvertFloats(absl::string_view bytes, DType from,
                                          DType to);

}  // namespace decant

#endif  // DECANT_WORKER_IO_FLOAT_CONVERSION_H_
