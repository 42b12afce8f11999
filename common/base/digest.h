// Digests. XXH3-128 names bytes (artifacts, tensors) because it keeps up with
// memory; SHA-256 names identities (action keys, result identity, seeds).
#ifndef DECANT_COMMON_BASE_DIGEST_H_
#define DECANT_COMMON_BASE_DIGEST_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/strings/string_view.h"

namespace decant {

// 64 lower-case hex digits.
std::string Sha256Hex(absl::string_view bytes);
std::array<uint8_t, 32> Sha256(absl::string_view bytes);

// 32 lower-case hex digits, high half first.
std::string Xxh128Hex(const void* data, size_t size_bytes);

// XXH3-128 of bytes that arrive in pieces. Not thread-safe.
class Xxh128Stream {
 public:
  Xxh128Stream();
  ~Xxh128Stream();
  Xxh128Stream(Xxh128Stream&&) noexcept;
  Xxh128Stream& operator=(Xxh128Stream&&) noexcept;

  void Update(const void* data, size_t size_bytes);
  std::string Hex() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace decant

#endif  // DECANT_COMMON_BASE_DIGEST_H_
