// Typed values out of YAML spelling, without YAML's surprises: no octal, no
// "yes", no sexagesimal, no infinities.
#ifndef DECANT_COMMON_RECIPE_YAML_SCALAR_H_
#define DECANT_COMMON_RECIPE_YAML_SCALAR_H_

#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"

namespace decant {

// Decimal digits with an optional minus; no leading zeros, no underscores.
// nullopt when `text` is anything else or does not fit.
std::optional<int64_t> ParseYamlInt(absl::string_view text);

// A decimal number with optional fraction and exponent; finite.
std::optional<double> ParseYamlDouble(absl::string_view text);

// Only "true" and "false".
std::optional<bool> ParseYamlBool(absl::string_view text);

// An integer with an optional suffix: k M G T (powers of 1000, B allowed
// behind: "5GB" is 5e9) or Ki Mi Gi Ti (powers of 1024, B allowed). Never
// negative.
std::optional<int64_t> ParseYamlSize(absl::string_view text);

}  // namespace decant

#endif  // DECANT_COMMON_RECIPE_YAML_SCALAR_H_
