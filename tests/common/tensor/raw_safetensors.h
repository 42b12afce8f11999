// Safetensors bytes made by hand, so that they can be wrong.
#ifndef DECANT_TESTS_COMMON_TENSOR_RAW_SAFETENSORS_H_
#define DECANT_TESTS_COMMON_TENSOR_RAW_SAFETENSORS_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace decant {

inline std::string LengthWord(uint64_t length) {
  std::string word;
  for (int i = 0; i < 8; ++i) {
    word.push_back(static_cast<char>(length & 0xFF));
    length >>= 8;
  }
  return word;
}

// A file of `header` as it stands, followed by `data`.
inline std::string RawSafetensors(absl::string_view header,
                                  absl::string_view data) {
  return LengthWord(header.size()) + std::string(header) + std::string(data);
}

}  // namespace decant

#endif  // DECANT_TESTS_COMMON_TENSOR_RAW_SAFETENSORS_H_
