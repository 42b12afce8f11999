// Element types as safetensors spells them.
#ifndef DECANT_COMMON_TENSOR_DTYPE_H_
#define DECANT_COMMON_TENSOR_DTYPE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace decant {

enum class DType {
  kBool,
  kU8,
  kI8,
  kI16,
  kU16,
  kI32,
  kU32,
  kI64,
  kU64,
  kF8E4M3,
  kF8E5M2,
  kF16,
  kBF16,
  kF32,
  kF64,
};

// "BF16", "F32", ...
absl::string_view DTypeName(DType dtype);
int64_t DTypeSizeBytes(DType dtype);
bool IsFloat(DType dtype);
// InvalidArgument naming the type and the known ones.
absl::StatusOr<DType> ParseDType(absl::string_view safetensors_name);
// From the spelling of config.json and recipes: "bfloat16", "float16",
// "float32".
absl::StatusOr<DType> ParseTorchDType(absl::string_view name);
absl::string_view TorchDTypeName(DType dtype);

// A tensor's place in a file. Shapes are row-major, [out, in] for linears.
struct TensorInfo {
  std::string name;
  DType dtype = DType::kF32;
  std::vector<int64_t> shape;
  int64_t offset_bytes = 0;  // From the start of the file, not of the data.
  int64_t size_bytes = 0;
};

// Product of `shape`, or InvalidArgument on a negative extent or overflow.
absl::StatusOr<int64_t> NumElements(const std::vector<int64_t>& shape);
std::string ShapeString(const std::vector<int64_t>& shape);  // "[3, 4]"

}  // namespace decant

#endif  // DECANT_COMMON_TENSOR_DTYPE_H_
