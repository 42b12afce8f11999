#include "common/recipe/yaml_scalar.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/string_view.h"

namespace decant {
namespace {

// The digits at the start of `text`, which they are removed from.
absl::string_view TakeDigits(absl::string_view& text) {
  size_t count = 0;
  while (count < text.size() &&
         absl::ascii_isdigit(static_cast<unsigned char>(text[count]))) {
    ++count;
  }
  const absl::string_view digits = text.substr(0, count);
  text.remove_prefix(count);
  return digits;
}

bool TakeSign(absl::string_view& text, bool allow_plus) {
  if (text.empty()) return false;
  if (text[0] != '-' && !(allow_plus && text[0] == '+')) return false;
  text.remove_prefix(1);
  return true;
}

bool HasLeadingZero(absl::string_view digits) {
  return digits.size() > 1 && digits[0] == '0';
}

std::optional<int64_t> MultiplierOf(absl::string_view suffix) {
  struct Unit {
    absl::string_view name;
    int64_t factor;
  };
  constexpr int64_t kKilo = 1000;
  constexpr int64_t kKibi = 1024;
  const Unit kUnits[] = {
      {"", 1},
      {"k", kKilo},
      {"K", kKilo},
      {"M", kKilo * kKilo},
      {"G", kKilo * kKilo * kKilo},
      {"T", kKilo * kKilo * kKilo * kKilo},
      {"Ki", kKibi},
      {"Mi", kKibi * kKibi},
      {"Gi", kKibi * kKibi * kKibi},
      {"Ti", kKibi * kKibi * kKibi * kKibi},
  };
  if (!suffix.empty() && suffix.back() == 'B') suffix.remove_suffix(1);
  for (const Unit& unit : kUnits) {
    if (unit.name == suffix) return unit.factor;
  }
  return std::nullopt;
}

}  // namespace

std::optional<int64_t> ParseYamlInt(absl::string_view text) {
  absl::string_view rest = text;
  TakeSign(rest, /*allow_plus=*/false);
  const absl::string_view digits = TakeDigits(rest);
  if (digits.empty() || !rest.empty() || HasLeadingZero(digits)) {
    return std::nullopt;
  }
  int64_t value = 0;
  if (!absl::SimpleAtoi(text, &value)) return std::nullopt;
  return value;
}

std::optional<double> ParseYamlDouble(absl::string_view text) {
  absl::string_view rest = text;
  TakeSign(rest, /*allow_plus=*/false);
  const absl::string_view whole = TakeDigits(rest);
  absl::string_view fraction;
  if (!rest.empty() && rest[0] == '.') {
    rest.remove_prefix(1);
    fraction = TakeDigits(rest);
    if (fraction.empty()) return std::nullopt;
  }
  if ((whole.empty() && fraction.empty()) || HasLeadingZero(whole)) {
    return std::nullopt;
  }
  if (!rest.empty() && (rest[0] == 'e' || rest[0] == 'E')) {
    rest.remove_prefix(1);
    TakeSign(rest, /*allow_plus=*/true);
    if (TakeDigits(rest).empty()) return std::nullopt;
  }
  double value = 0;
  if (!rest.empty() || !absl::SimpleAtod(text, &value) ||
      !std::isfinite(value)) {
    return std::nullopt;
  }
  return value;
}

std::optional<bool> ParseYamlBool(absl::string_view text) {
  if (text == "true") return true;
  if (text == "false") return false;
  return std::nullopt;
}

std::optional<int64_t> ParseYamlSize(absl::string_view text) {
  const absl::string_view digits = TakeDigits(text);
  const std::optional<int64_t> count = ParseYamlInt(digits);
  const std::optional<int64_t> factor = MultiplierOf(text);
  if (!count.has_value() || !factor.has_value() ||
      *count > std::numeric_limits<int64_t>::max() / *factor) {
    return std::nullopt;
  }
  return *count * *factor;
}

}  // namespace decant
