#include "worker/daemon/log_ring.h"

#include <algorithm>

namespace decant {
namespace {

// The last `max_bytes` of `text`, from the start of a line if one starts there.
absl::string_view LastBytes(absl::string_view text, size_t max_bytes) {
  if (text.size() <= max_bytes) return text;
  absl::string_view last = text.substr(text.size() - max_bytes);
  const size_t newline = last.find('\n');
  if (newline != absl::string_view::npos && newline + 1 < last.size()) {
    last.remove_prefix(newline + 1);
  }
  return last;
}

}  // namespace

void LogRing::Append(absl::string_view bytes) {
  text_.append(bytes.data(), bytes.size());
  // Dropping only every capacity_bytes_ keeps the cost of a line constant.
  if (text_.size() > 2 * capacity_bytes_) text_ = Text();
}

std::string LogRing::Text() const {
  return std::string(LastBytes(text_, capacity_bytes_));
}

std::string LogRing::Tail(int num_lines, size_t max_bytes) const {
  absl::string_view text =
      LastBytes(text_, std::min(max_bytes, capacity_bytes_));
  // A newline at the very end ends the last line and starts no other.
  size_t at = text.size();
  if (at > 0 && text[at - 1] == '\n') --at;
  for (int line = 0; line < num_lines && at > 0; ++line) {
    const size_t newline = text.rfind('\n', at - 1);
    if (newline == absl::string_view::npos) return std::string(text);
    at = newline;
  }
  return std::string(at == 0 ? text : text.substr(at + 1));
}

}  // namespace decant
