// The last bytes a runner wrote to stderr.
#ifndef DECANT_WORKER_DAEMON_LOG_RING_H_
#define DECANT_WORKER_DAEMON_LOG_RING_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace decant {

// Keeps at most `capacity_bytes` (up to twice that in memory), dropping the
// oldest lines whole. Not thread-safe.
class LogRing {
 public:
  explicit LogRing(size_t capacity_bytes = size_t{1} << 20)
      : capacity_bytes_(capacity_bytes) {}

  void Append(absl::string_view bytes);
  void Clear() { text_.clear(); }

  // At most the capacity.
  std::string Text() const;
  // The last `num_lines` lines, of those at most `max_bytes`.
  std::string Tail(int num_lines = 50, size_t max_bytes = 16 << 10) const;

 private:
  const size_t capacity_bytes_;
  std::string text_;
};

}  // namespace decant

#endif  // DECANT_WORKER_DAEMON_LOG_RING_H_
