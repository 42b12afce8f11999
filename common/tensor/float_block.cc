#include "common/tensor/float_block.h"

#include <bit>
#include <cstddef>
#include <cstring>

#include "common/tensor/float_codec.h"

namespace decant {
namespace {

template <typename T>
T Load(const char* data, size_t index) {
  T value;
  std::memcpy(&value, data + index * sizeof(T), sizeof(T));
  return value;
}

template <typename T, typename Decode>
void DecodeAll(const char* data, absl::Span<double> values, Decode decode) {
  for (size_t i = 0; i < values.size(); ++i) {
    values[i] = static_cast<double>(decode(Load<T>(data, i)));
  }
}

}  // namespace

bool IsDecodable(DType dtype) {
  return dtype == DType::kF64 || dtype == DType::kF32 ||
         dtype == DType::kBF16 || dtype == DType::kF16;
}

void DecodeFloats(DType dtype, const char* data, absl::Span<double> values) {
  switch (dtype) {
    case DType::kF64:
      return DecodeAll<double>(data, values, [](double x) { return x; });
    case DType::kF32:
      return DecodeAll<float>(data, values, [](float x) { return x; });
    case DType::kBF16:
      return DecodeAll<uint16_t>(data, values, DecodeBf16);
    case DType::kF16:
      return DecodeAll<uint16_t>(data, values, DecodeF16);
    default:
      return;  // Excluded by IsDecodable.
  }
}

uint64_t EncodeFloat(DType dtype, double value) {
  if (dtype == DType::kF64) return std::bit_cast<uint64_t>(value);
  const float narrow = static_cast<float>(value);
  if (dtype == DType::kF32) return std::bit_cast<uint32_t>(narrow);
  return dtype == DType::kBF16 ? EncodeBf16(narrow) : EncodeF16(narrow);
}

uint64_t StoredBits(DType dtype, const char* data, int64_t index) {
  const size_t i = static_cast<size_t>(index);
  switch (DTypeSizeBytes(dtype)) {
    case 8:
      return Load<uint64_t>(data, i);
    case 4:
      return Load<uint32_t>(data, i);
    case 2:
      return Load<uint16_t>(data, i);
    default:
      return Load<uint8_t>(data, i);
  }
}

}  // namespace decant
