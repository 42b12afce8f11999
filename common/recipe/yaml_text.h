// What must hold of bytes before a YAML parser may see them.
#ifndef DECANT_COMMON_RECIPE_YAML_TEXT_H_
#define DECANT_COMMON_RECIPE_YAML_TEXT_H_

#include <cstddef>
#include <optional>

#include "absl/strings/string_view.h"

namespace decant {

// A place that makes text unreadable, and why.
struct TextFault {
  size_t offset = 0;
  absl::string_view reason;  // Static text.
};

// The first byte that is not well-formed UTF-8 (overlong forms and surrogates
// are not), or is a control character other than tab, LF and CR.
std::optional<TextFault> FindTextFault(absl::string_view text);

// Whether the YAML string whose opening quote, ' or ", stands at `offset` ends
// before the text does.
bool IsQuoteClosed(absl::string_view text, size_t offset);

}  // namespace decant

#endif  // DECANT_COMMON_RECIPE_YAML_TEXT_H_
