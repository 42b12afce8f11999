#include "common/recipe/yaml_map_reader.h"

#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/base/nearest.h"
#include "common/recipe/yaml_scalar.h"

namespace decant {
namespace {

// "0 <= drop < 1", with only the bounds that are set.
std::string RangeText(absl::string_view key, const YamlDoubleRange& range) {
  std::string text(key);
  if (std::isfinite(range.min)) text = absl::StrCat(range.min, " <= ", text);
  if (std::isfinite(range.above)) text = absl::StrCat(range.above, " < ", text);
  if (std::isfinite(range.max)) absl::StrAppend(&text, " <= ", range.max);
  if (std::isfinite(range.below)) absl::StrAppend(&text, " < ", range.below);
  return text;
}

std::string RangeText(absl::string_view key, const YamlIntRange& range) {
  std::string text(key);
  const YamlIntRange unbounded;
  if (range.min != unbounded.min) {
    text = absl::StrCat(range.min, " <= ", text);
  }
  if (range.max != unbounded.max) absl::StrAppend(&text, " <= ", range.max);
  return text;
}

// Plain text that YAML readers would take for something other than a string.
bool LooksTyped(const std::string& text) {
  return ParseYamlBool(text).has_value() || ParseYamlInt(text).has_value() ||
         ParseYamlDouble(text).has_value();
}

}  // namespace

YamlMapReader::YamlMapReader(const YamlNode& map, absl::string_view what)
    : map_(map), what_(what) {
  if (!map.is_map()) {
    status_ = YamlError(
        map.mark(),
        absl::StrCat(what_, ": expected a map, got ", map.Describe()));
  }
}

bool YamlMapReader::Has(absl::string_view key) const {
  return map_.Find(key) != nullptr;
}

int64_t YamlMapReader::Int(absl::string_view key, IntRange range) {
  const YamlNode* node = FindPlain(key, "an integer");
  if (node == nullptr) return 0;
  const std::optional<int64_t> value = ParseYamlInt(node->text());
  if (!value.has_value()) {
    Fail(key,
         absl::StrCat("expected a decimal integer, got ", node->Describe()));
    return 0;
  }
  return InRange(key, *value, range) ? *value : 0;
}

double YamlMapReader::Double(absl::string_view key, DoubleRange range) {
  const YamlNode* node = FindPlain(key, "a number");
  if (node == nullptr) return 0;
  const std::optional<double> value = ParseYamlDouble(node->text());
  if (!value.has_value()) {
    Fail(key,
         absl::StrCat("expected a decimal number, got ", node->Describe()));
    return 0;
  }
  if (*value < range.min || *value > range.max || *value <= range.above ||
      *value >= range.below) {
    Fail(key, absl::StrCat(node->text(), " is out of range; it must hold that ",
                           RangeText(key, range)));
    return 0;
  }
  return *value;
}

bool YamlMapReader::Bool(absl::string_view key) {
  const YamlNode* node = FindPlain(key, "true or false");
  if (node == nullptr) return false;
  const std::optional<bool> value = ParseYamlBool(node->text());
  if (!value.has_value()) {
    Fail(key, absl::StrCat("expected true or false, got ", node->Describe()));
  }
  return value.value_or(false);
}

std::string YamlMapReader::String(absl::string_view key) {
  const YamlNode* node = FindKind(key, YamlNode::Kind::kScalar, true);
  if (node == nullptr || !CheckString(key, *node)) return "";
  return node->text();
}

std::string YamlMapReader::Choice(absl::string_view key,
                                  const std::vector<std::string>& allowed) {
  const YamlNode* node = FindKind(key, YamlNode::Kind::kScalar, true);
  if (node == nullptr) return "";
  for (const std::string& choice : allowed) {
    if (node->text() == choice) return choice;
  }
  Fail(key, absl::StrCat("unknown value ", node->Describe(),
                         Suggestion(node->text(), allowed)));
  return "";
}

int64_t YamlMapReader::Size(absl::string_view key, IntRange range) {
  const YamlNode* node = FindPlain(key, "a size such as 5GB or 200k");
  if (node == nullptr) return 0;
  const std::optional<int64_t> value = ParseYamlSize(node->text());
  if (!value.has_value()) {
    Fail(key, absl::StrCat("expected a size such as 5GB or 200k, got ",
                           node->Describe()));
    return 0;
  }
  return InRange(key, *value, range) ? *value : 0;
}

std::vector<int64_t> YamlMapReader::IntList(absl::string_view key,
                                            IntRange range) {
  std::vector<int64_t> numbers;
  const YamlNode* list = List(key);
  if (list == nullptr) return numbers;
  for (const YamlNode& element : list->elements()) {
    const std::optional<int64_t> value =
        element.is_scalar() && !element.is_quoted()
            ? ParseYamlInt(element.text())
            : std::nullopt;
    if (!value.has_value()) {
      FailAt(element.mark(), key,
             absl::StrCat("expected a list of decimal integers, got ",
                          element.Describe()));
      return {};
    }
    if (!InRange(key, *value, range)) return {};
    numbers.push_back(*value);
  }
  return numbers;
}

std::vector<std::string> YamlMapReader::StringList(absl::string_view key) {
  std::vector<std::string> strings;
  const YamlNode* list = List(key);
  if (list == nullptr) return strings;
  for (const YamlNode& element : list->elements()) {
    if (!CheckString(key, element)) return {};
    strings.push_back(element.text());
  }
  return strings;
}

const YamlNode* YamlMapReader::Map(absl::string_view key) {
  return FindKind(key, YamlNode::Kind::kMap, true);
}

const YamlNode* YamlMapReader::List(absl::string_view key) {
  return FindKind(key, YamlNode::Kind::kList, true);
}

int64_t YamlMapReader::OptionalInt(absl::string_view key, int64_t fallback,
                                   IntRange range) {
  if (!Want(key)) return fallback;
  const int64_t value = Int(key, range);
  return ok() ? value : fallback;
}

double YamlMapReader::OptionalDouble(absl::string_view key, double fallback,
                                     DoubleRange range) {
  if (!Want(key)) return fallback;
  const double value = Double(key, range);
  return ok() ? value : fallback;
}

bool YamlMapReader::OptionalBool(absl::string_view key, bool fallback) {
  if (!Want(key)) return fallback;
  const bool value = Bool(key);
  return ok() ? value : fallback;
}

std::string YamlMapReader::OptionalString(absl::string_view key,
                                          absl::string_view fallback) {
  if (!Want(key)) return std::string(fallback);
  std::string value = String(key);
  return ok() ? value : std::string(fallback);
}

std::string YamlMapReader::OptionalChoice(
    absl::string_view key, absl::string_view fallback,
    const std::vector<std::string>& allowed) {
  if (!Want(key)) return std::string(fallback);
  std::string value = Choice(key, allowed);
  return ok() ? value : std::string(fallback);
}

int64_t YamlMapReader::OptionalSize(absl::string_view key, int64_t fallback,
                                    IntRange range) {
  if (!Want(key)) return fallback;
  const int64_t value = Size(key, range);
  return ok() ? value : fallback;
}

const YamlNode* YamlMapReader::OptionalMap(absl::string_view key) {
  return FindKind(key, YamlNode::Kind::kMap, false);
}

const YamlNode* YamlMapReader::OptionalList(absl::string_view key) {
  return FindKind(key, YamlNode::Kind::kList, false);
}

const YamlMark& YamlMapReader::MarkOf(absl::string_view key) const {
  const YamlNode* node = map_.Find(key);
  return node == nullptr ? map_.mark() : node->mark();
}

void YamlMapReader::Ignore(absl::string_view key) {
  asked_.insert(std::string(key));
}

void YamlMapReader::Fail(absl::string_view key, absl::string_view reason) {
  FailAt(MarkOf(key), key, reason);
}

void YamlMapReader::Adopt(const absl::Status& status) {
  if (status_.ok()) status_ = status;
}

absl::Status YamlMapReader::Finish() {
  for (const YamlNode::Entry& entry : map_.entries()) {
    if (!status_.ok()) break;
    if (asked_.contains(entry.key)) continue;
    const std::vector<std::string> known(asked_.begin(), asked_.end());
    status_ = YamlError(entry.key_mark,
                        absl::StrCat("unknown key '", entry.key, "' in ", what_,
                                     Suggestion(entry.key, known)));
  }
  return status_;
}

bool YamlMapReader::Want(absl::string_view key) {
  asked_.insert(std::string(key));
  return ok() && Has(key);
}

const YamlNode* YamlMapReader::Find(absl::string_view key, bool required) {
  asked_.insert(std::string(key));
  if (!ok()) return nullptr;
  const YamlNode* node = map_.Find(key);
  if (node == nullptr && required) {
    status_ = YamlError(map_.mark(),
                        absl::StrCat("missing key '", key, "' in ", what_));
  }
  if (node != nullptr && node->is_null()) {
    Fail(key, "has no value");
    return nullptr;
  }
  return node;
}

const YamlNode* YamlMapReader::FindKind(absl::string_view key,
                                        YamlNode::Kind kind, bool required) {
  const YamlNode* node = Find(key, required);
  if (node == nullptr || node->kind() == kind) return node;
  const char* const expected = kind == YamlNode::Kind::kMap    ? "a map"
                               : kind == YamlNode::Kind::kList ? "a list"
                                                               : "one value";
  Fail(key, absl::StrCat("expected ", expected, ", got ", node->Describe()));
  return nullptr;
}

const YamlNode* YamlMapReader::FindPlain(absl::string_view key,
                                         absl::string_view expected) {
  const YamlNode* node = Find(key, /*required=*/true);
  if (node == nullptr) return nullptr;
  if (node->is_scalar() && !node->is_quoted()) return node;
  Fail(key, absl::StrCat("expected ", expected, ", got ", node->Describe(),
                         node->is_quoted() ? "; remove the quotes" : ""));
  return nullptr;
}

bool YamlMapReader::CheckString(absl::string_view key, const YamlNode& node) {
  if (node.is_scalar() && (node.is_quoted() || !LooksTyped(node.text()))) {
    return true;
  }
  FailAt(node.mark(), key,
         absl::StrCat("expected a string, got ", node.Describe(),
                      node.is_scalar() ? "; put it in quotes" : ""));
  return false;
}

bool YamlMapReader::InRange(absl::string_view key, int64_t value,
                            IntRange range) {
  if (value >= range.min && value <= range.max) return true;
  Fail(key, absl::StrCat(value, " is out of range; it must hold that ",
                         RangeText(key, range)));
  return false;
}

void YamlMapReader::FailAt(const YamlMark& mark, absl::string_view key,
                           absl::string_view reason) {
  if (ok()) status_ = YamlError(mark, absl::StrCat(key, ": ", reason));
}

}  // namespace decant
