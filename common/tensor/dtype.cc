#include "common/tensor/dtype.h"

#include <iterator>
#include <limits>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/nearest.h"

namespace decant {
namespace {

struct DTypeRow {
  DType dtype;
  const char* name;        // In safetensors headers.
  const char* torch_name;  // In config.json and recipes.
  int size_bytes;
  bool is_float;
};

// In the order of the enumeration, which indexes it.
constexpr DTypeRow kRows[] = {
    {DType::kBool, "BOOL", "bool", 1, false},
    {DType::kU8, "U8", "uint8", 1, false},
    {DType::kI8, "I8", "int8", 1, false},
    {DType::kI16, "I16", "int16", 2, false},
    {DType::kU16, "U16", "uint16", 2, false},
    {DType::kI32, "I32", "int32", 4, false},
    {DType::kU32, "U32", "uint32", 4, false},
    {DType::kI64, "I64", "int64", 8, false},
    {DType::kU64, "U64", "uint64", 8, false},
    {DType::kF8E4M3, "F8_E4M3", "float8_e4m3fn", 1, true},
    {DType::kF8E5M2, "F8_E5M2", "float8_e5m2", 1, true},
    {DType::kF16, "F16", "float16", 2, true},
    {DType::kBF16, "BF16", "bfloat16", 2, true},
    {DType::kF32, "F32", "float32", 4, true},
    {DType::kF64, "F64", "float64", 8, true},
};

constexpr bool RowsFollowTheEnumeration() {
  for (size_t i = 0; i < std::size(kRows); ++i) {
    if (static_cast<size_t>(kRows[i].dtype) != i) return false;
  }
  return true;
}
static_assert(RowsFollowTheEnumeration());

const DTypeRow& RowOf(DType dtype) { return kRows[static_cast<size_t>(dtype)]; }

absl::Status UnknownType(absl::string_view name, bool torch_names) {
  std::vector<std::string> known;
  for (const DTypeRow& row : kRows) {
    known.push_back(torch_names ? row.torch_name : row.name);
  }
  return absl::InvalidArgumentError(
      absl::StrCat("unknown dtype '", name, "'", Suggestion(name, known)));
}

}  // namespace

absl::string_view DTypeName(DType dtype) { return RowOf(dtype).name; }
int64_t DTypeSizeBytes(DType dtype) { return RowOf(dtype).size_bytes; }
bool IsFloat(DType dtype) { return RowOf(dtype).is_float; }
absl::string_view TorchDTypeName(DType dtype) {
  return RowOf(dtype).torch_name;
}

absl::StatusOr<DType> ParseDType(absl::string_view safetensors_name) {
  for (const DTypeRow& row : kRows) {
    if (safetensors_name == row.name) return row.dtype;
  }
  return UnknownType(safetensors_name, /*torch_names=*/false);
}

absl::StatusOr<DType> ParseTorchDType(absl::string_view name) {
  for (const DTypeRow& row : kRows) {
    if (name == row.torch_name) return row.dtype;
  }
  return UnknownType(name, /*torch_names=*/true);
}

absl::StatusOr<int64_t> NumElements(const std::vector<int64_t>& shape) {
  int64_t count = 1;
  for (const int64_t extent : shape) {
    if (extent < 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("shape ", ShapeString(shape), " has a negative extent"));
    }
    if (__builtin_mul_overflow(count, extent, &count)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "shape ", ShapeString(shape), " has more elements than 2^63"));
    }
  }
  return count;
}

std::string ShapeString(const std::vector<int64_t>& shape) {
  return absl::StrCat("[", absl::StrJoin(shape, ", "), "]");
}

}  // namespace decant
