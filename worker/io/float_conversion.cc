#include "worker/io/float_conversion.h"

#include <cstring>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/tensor/float_codec.h"

namespace decant {
namespace {

template <typename Stored, typename Decode>
void DecodeAll(absl::string_view bytes, const Decode& decode,
               std::vector<float>& values) {
  for (size_t i = 0; i < values.size(); ++i) {
    Stored stored;
    std::memcpy(&stored, bytes.data() + i * sizeof(stored), sizeof(stored));
    values[i] = decode(stored);
  }
}

template <typename Stored, typename Encode>
void EncodeAll(const std::vector<float>& values, const Encode& encode,
               std::string& bytes) {
  for (size_t i = 0; i < values.size(); ++i) {
    const Stored stored = encode(values[i]);
    std::memcpy(&bytes[i * sizeof(stored)], &stored, sizeof(stored));
  }
}

}  // namespace

bool IsConvertible(DType dtype) {
  return dtype == DType::kF32 || dtype == DType::kBF16 || dtype == DType::kF16;
}

absl::StatusOr<std::string> ConvertFloats(absl::string_view bytes, DType from,
                                          DType to) {
  if (from == to) return std::string(bytes);
  if (!IsConvertible(from) || !IsConvertible(to)) {
    return absl::InvalidArgumentError(
        absl::StrCat("cannot convert ", DTypeName(from), " to ", DTypeName(to),
                     "; only F32, BF16 and F16 are converted"));
  }
  const size_t from_size = static_cast<size_t>(DTypeSizeBytes(from));
  if (bytes.size() % from_size != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat(bytes.size(), " bytes are no whole number of ",
                     DTypeName(from), " elements"));
  }
  std::vector<float> values(bytes.size() / from_size);
  if (from == DType::kF32) {
    std::memcpy(values.data(), bytes.data(), bytes.size());
  } else if (from == DType::kBF16) {
    DecodeAll<uint16_t>(bytes, DecodeBf16, values);
  } else {
    DecodeAll<uint16_t>(bytes, DecodeF16, values);
  }
  std::string out(values.size() * static_cast<size_t>(DTypeSizeBytes(to)),
                  '\0');
  if (to == DType::kF32) {
    std::memcpy(out.data(), values.data(), out.size());
  } else if (to == DType::kBF16) {
    EncodeAll<uint16_t>(values, EncodeBf16, out);
  } else {
    EncodeAll<uint16_t>(values, EncodeF16, out);
  }
  return out;
}

}  // namespace decant
