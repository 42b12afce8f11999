#include "worker/io/stored_dtype.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace decant {

absl::StatusOr<at::ScalarType> ScalarTypeOf(DType dtype,
                                            absl::string_view tensor_name) {
  switch (dtype) {
    case DType::kF32:
      return at::kFloat;
    case DType::kBF16:
      return at::kBFloat16;
    case DType::kF16:
      return at::kHalf;
    case DType::kF64:
      return at::kDouble;
    default:
      break;
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "tensor ", tensor_name, " is stored as ", DTypeName(dtype),
      ", which Decant cannot compute on; convert the checkpoint to BF16, F16 "
      "or F32 first"));
}

absl::StatusOr<DType> DTypeOf(at::ScalarType type,
                              absl::string_view tensor_name) {
  switch (type) {
    case at::kFloat:
      return DType::kF32;
    case at::kBFloat16:
      return DType::kBF16;
    case at::kHalf:
      return DType::kF16;
    case at::kDouble:
      return DType::kF64;
    default:
      break;
  }
  return absl::InvalidArgumentError(
      absl::StrCat("tensor ", tensor_name, " has the type ",
                   c10::toString(type), ", which Decant does not store"));
}

}  // namespace decant
