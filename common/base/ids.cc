#include "common/base/ids.h"

#include <sys/random.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "absl/strings/str_cat.h"

namespace decant {
namespace {

constexpr char kAlphabet[] = "0123456789abcdefghjkmnpqrstvwxyz";
constexpr int kIdChars = 8;

void FillRandom(std::vector<uint8_t>& bytes) {
  size_t filled = 0;
  while (filled < bytes.size()) {
    const ssize_t got =
        getrandom(bytes.data() + filled, bytes.size() - filled, 0);
    if (got > 0) {
      filled += static_cast<size_t>(got);
    } else if (errno != EINTR) {
      // No kernel Decant runs on lacks it; a guessable token would be worse
      // than no process.
      std::perror("getrandom");
      std::abort();
    }
  }
}

}  // namespace

std::string RandomChars(int num_chars) {
  std::vector<uint8_t> bytes(static_cast<size_t>(num_chars));
  FillRandom(bytes);
  std::string chars;
  chars.reserve(bytes.size());
  // 256 is a multiple of 32, so the low bits are unbiased.
  for (const uint8_t byte : bytes) chars.push_back(kAlphabet[byte & 31]);
  return chars;
}

std::string RandomId(absl::string_view prefix) {
  return absl::StrCat(prefix, "-", RandomChars(kIdChars));
}

}  // namespace decant
