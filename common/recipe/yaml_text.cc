#include "common/recipe/yaml_text.h"

#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"

namespace decant {
namespace {

constexpr char kNotUtf8[] = "not UTF-8; save the file as UTF-8";
constexpr char kControlCharacter[] = "control character; remove it";

// Lead bytes of one length, and the bounds of the byte behind them: they shut
// out overlong forms, surrogates and code points above U+10FFFF (Unicode 15,
// table 3-7).
struct SequenceForm {
  uint8_t first_lead;
  uint8_t last_lead;
  uint8_t second_min;
  uint8_t second_max;
  size_t length;
};

constexpr SequenceForm kForms[] = {
    {0xC2, 0xDF, 0x80, 0xBF, 2}, {0xE0, 0xE0, 0xA0, 0xBF, 3},
    {0xE1, 0xEC, 0x80, 0xBF, 3}, {0xED, 0xED, 0x80, 0x9F, 3},
    {0xEE, 0xEF, 0x80, 0xBF, 3}, {0xF0, 0xF0, 0x90, 0xBF, 4},
    {0xF1, 0xF3, 0x80, 0xBF, 4}, {0xF4, 0xF4, 0x80, 0x8F, 4},
};

uint8_t ByteAt(absl::string_view text, size_t i) {
  return static_cast<uint8_t>(text[i]);
}

// Length of the well-formed multi-byte sequence at `i`; 0 if there is none.
size_t SequenceLength(absl::string_view text, size_t i) {
  const uint8_t lead = ByteAt(text, i);
  for (const SequenceForm& form : kForms) {
    if (lead < form.first_lead || lead > form.last_lead) continue;
    if (i + form.length > text.size()) return 0;
    const uint8_t second = ByteAt(text, i + 1);
    if (second < form.second_min || second > form.second_max) return 0;
    for (size_t j = 2; j < form.length; ++j) {
      if ((ByteAt(text, i + j) & 0xC0) != 0x80) return 0;
    }
    return form.length;
  }
  return 0;
}

bool IsForbiddenControl(uint8_t byte) {
  return (byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r') ||
         byte == 0x7F;
}

}  // namespace

std::optional<TextFault> FindTextFault(absl::string_view text) {
  size_t i = 0;
  while (i < text.size()) {
    const uint8_t byte = ByteAt(text, i);
    if (IsForbiddenControl(byte)) return TextFault{i, kControlCharacter};
    const size_t length = byte < 0x80 ? 1 : SequenceLength(text, i);
    if (length == 0) return TextFault{i, kNotUtf8};
    i += length;
  }
  return std::nullopt;
}

bool IsQuoteClosed(absl::string_view text, size_t offset) {
  const char quote = text[offset];
  for (size_t i = offset + 1; i < text.size(); ++i) {
    if (quote == '"' && text[i] == '\\') {
      ++i;  // Whatever is escaped is no end.
    } else if (text[i] == quote) {
      const bool is_doubled =
          quote == '\'' && i + 1 < text.size() && text[i + 1] == quote;
      if (!is_doubled) return true;
      ++i;
    }
  }
  return false;
}

}  // namespace decant
