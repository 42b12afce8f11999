#include "common/base/digest.h"

#include <openssl/sha.h>
#include <xxhash.h>

#include "absl/strings/escaping.h"

namespace decant {
namespace {

std::string Hex(const void* bytes, size_t size_bytes) {
  return absl::BytesToHexString(
      absl::string_view(static_cast<const char*>(bytes), size_bytes));
}

std::string Hex(const XXH128_hash_t& hash) {
  XXH128_canonical_t canonical;  // Big-endian, high half first.
  XXH128_canonicalFromHash(&canonical, hash);
  return Hex(canonical.digest, sizeof(canonical.digest));
}

}  // namespace

std::array<uint8_t, 32> Sha256(absl::string_view bytes) {
  std::array<uint8_t, 32> digest;
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
         digest.data());
  return digest;
}

std::string Sha256Hex(absl::string_view bytes) {
  const std::array<uint8_t, 32> digest = Sha256(bytes);
  return Hex(digest.data(), digest.size());
}

std::string Xxh128Hex(const void* data, size_t size_bytes) {
  return Hex(XXH3_128bits(data, size_bytes));
}

struct Xxh128Stream::State {
  State() : xxh(XXH3_createState()) { XXH3_128bits_reset(xxh); }
  ~State() { XXH3_freeState(xxh); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  XXH3_state_t* const xxh;
};

Xxh128Stream::Xxh128Stream() : state_(std::make_unique<State>()) {}
Xxh128Stream::~Xxh128Stream() = default;
Xxh128Stream::Xxh128Stream(Xxh128Stream&&) noexcept = default;
Xxh128Stream& Xxh128Stream::operator=(Xxh128Stream&&) noexcept = default;

void Xxh128Stream::Update(const void* data, size_t size_bytes) {
  XXH3_128bits_update(state_->xxh, data, size_bytes);
}

std::string Xxh128Stream::Hex() const {
  return decant::Hex(XXH3_128bits_digest(state_->xxh));
}

}  // namespace decant
