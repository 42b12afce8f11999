#include "common/base/log.h"

#include <unistd.h>

#include <atomic>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace decant {
namespace {

std::atomic<LogLevel> minimum_level = LogLevel::kInfo;

char Letter(LogLevel level) {
  switch (level) {
    case LogLevel::kInfo:
      return 'I';
    case LogLevel::kWarning:
      return 'W';
    case LogLevel::kError:
      return 'E';
  }
  return '?';
}

// Messages quote names from recipes, files and the network: a newline in one
// must not forge a line, an escape sequence must not reach the terminal.
std::string Escaped(absl::string_view message) {
  std::string out;
  out.reserve(message.size());
  for (size_t i = 0; i < message.size(); ++i) {
    const unsigned char byte = static_cast<unsigned char>(message[i]);
    // U+0080..U+009F are controls too; in UTF-8 they are C2 80..C2 9F.
    const bool c1_control = byte == 0xC2 && i + 1 < message.size() &&
                            static_cast<unsigned char>(message[i + 1]) < 0xA0;
    if (byte == '\n') {
      out += "\\n";
    } else if (byte == '\t') {
      out += ' ';
    } else if (byte < 0x20 || byte == 0x7F || c1_control) {
      absl::StrAppendFormat(&out, "\\x%02x", byte);
    } else {
      out += message[i];
    }
  }
  return out;
}

}  // namespace

void Log(LogLevel level, absl::string_view message) {
  if (level < minimum_level.load(std::memory_order_relaxed)) return;
  const std::string line = absl::StrCat(
      std::string(1, Letter(level)),
      absl::FormatTime("%m%d %H:%M:%E3S ", absl::Now(), absl::LocalTimeZone()),
      Escaped(message), "\n");
  // One write(2): lines of several threads and processes do not mix. A log
  // that cannot be written has nobody left to tell.
  [[maybe_unused]] const ssize_t written =
      write(STDERR_FILENO, line.data(), line.size());
}

void SetMinimumLogLevel(LogLevel level) {
  minimum_level.store(level, std::memory_order_relaxed);
}

}  // namespace decant
