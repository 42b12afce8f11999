#include "common/base/format.h"

#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace decant {

std::string HumanBytes(int64_t bytes) {
  static constexpr const char* kUnits[] = {"B",  "kB", "MB", "GB",
                                           "TB", "PB", "EB"};
  if (std::abs(static_cast<double>(bytes)) < 1000) {
    return absl::StrCat(bytes, " B");
  }
  double value = static_cast<double>(bytes);
  int unit = 0;
  // 999.5 and not 1000: what would print as "1000 kB" is "1.0 MB".
  while (std::abs(value) >= 999.5 && unit < 6) {
    value /= 1000;
    ++unit;
  }
  // 99.95 would print as "100.0".
  const int decimals = std::abs(value) < 99.95 ? 1 : 0;
  return absl::StrFormat("%.*f %s", decimals, value, kUnits[unit]);
}

std::string HumanCount(int64_t count) {
  std::string text = absl::StrCat(count);
  const size_t first_digit = text[0] == '-' ? 1 : 0;
  for (size_t at = text.size(); at > first_digit + 3;) {
    at -= 3;
    text.insert(at, ",");
  }
  return text;
}

std::string HumanDuration(absl::Duration duration) {
  if (duration == absl::InfiniteDuration()) return "forever";
  if (duration < absl::ZeroDuration()) {
    return absl::StrCat("-", HumanDuration(-duration));
  }
  if (duration < absl::Milliseconds(9950)) {
    return absl::StrFormat("%.1f s", absl::ToDoubleSeconds(duration));
  }
  const int64_t seconds = absl::ToInt64Seconds(duration + absl::Seconds(0.5));
  if (seconds < 60) return absl::StrCat(seconds, " s");
  const int64_t minutes = seconds / 60;
  if (minutes < 60) {
    return absl::StrFormat("%d m %02d s", minutes, seconds % 60);
  }
  const int64_t hours = minutes / 60;
  if (hours < 24) return absl::StrFormat("%d h %02d m", hours, minutes % 60);
  return absl::StrFormat("%d d %02d h", hours / 24, hours % 24);
}

}  // namespace decant
