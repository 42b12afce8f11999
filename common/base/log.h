// Plain log lines on stderr: "I1121 04:15:05.123 message". Debian 12's Abseil
// has no absl/log.
#ifndef DECANT_COMMON_BASE_LOG_H_
#define DECANT_COMMON_BASE_LOG_H_

#include "absl/strings/string_view.h"

namespace decant {

enum class LogLevel { kInfo, kWarning, kError };

// One line, written in one call; control characters are escaped. Thread-safe.
void Log(LogLevel level, absl::string_view message);

// Drops lines below `level` from now on (default kInfo: all are written).
void SetMinimumLogLevel(LogLevel level);

}  // namespace decant

#endif  // DECANT_COMMON_BASE_LOG_H_
