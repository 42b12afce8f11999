#include "common/model/families/config_reader.h"

#include <limits>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace decant {
namespace {

// A config value may be anything; errors quote only so much of it.
constexpr size_t kMaxQuotedChars = 60;

std::string Quote(const Json& value) {
  std::string text =
      value.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
  if (text.size() > kMaxQuotedChars) {
    text.resize(kMaxQuotedChars);
    text += "...";
  }
  return text;
}

}  // namespace

ConfigReader::ConfigReader(const Json& object, absl::string_view path)
    : object_(object), path_(path) {}

bool ConfigReader::Has(absl::string_view key) const {
  const auto it = object_.find(std::string(key));
  return it != object_.end() && !it->is_null();
}

int64_t ConfigReader::Int(absl::string_view key, int64_t min, int64_t max) {
  const Json* value = Find(key, /*required=*/true);
  return value == nullptr ? min : CheckedInt(*value, key, min, max);
}

int64_t ConfigReader::OptionalInt(absl::string_view key, int64_t fallback,
                                  int64_t min, int64_t max) {
  const Json* value = Find(key, /*required=*/false);
  return value == nullptr ? fallback : CheckedInt(*value, key, min, max);
}

bool ConfigReader::OptionalBool(absl::string_view key, bool fallback) {
  const Json* value = Find(key, /*required=*/false);
  if (value == nullptr) return fallback;
  if (!value->is_boolean()) {
    Fail(key, absl::StrCat("expected true or false, got ", Quote(*value)));
    return fallback;
  }
  return value->get<bool>();
}

std::string ConfigReader::String(absl::string_view key) {
  return Find(key, /*required=*/true) == nullptr ? "" : OptionalString(key, "");
}

std::string ConfigReader::OptionalString(absl::string_view key,
                                         absl::string_view fallback) {
  const Json* value = Find(key, /*required=*/false);
  if (value == nullptr) return std::string(fallback);
  if (!value->is_string()) {
    Fail(key, absl::StrCat("expected a string, got ", Quote(*value)));
    return std::string(fallback);
  }
  return value->get<std::string>();
}

std::vector<int64_t> ConfigReader::OptionalIntList(absl::string_view key,
                                                   int64_t min, int64_t max) {
  std::vector<int64_t> numbers;
  const Json* value = Find(key, /*required=*/false);
  if (value == nullptr) return numbers;
  if (!value->is_array()) {
    Fail(key, absl::StrCat("expected a list, got ", Quote(*value)));
    return numbers;
  }
  for (const Json& number : *value) {
    numbers.push_back(CheckedInt(number, key, min, max));
  }
  return numbers;
}

std::string ConfigReader::OptionalFirst(absl::string_view key,
                                        absl::string_view fallback) {
  const Json* value = Find(key, /*required=*/false);
  if (value == nullptr) return std::string(fallback);
  if (!value->is_array() || value->empty() || !value->front().is_string()) {
    Fail(key, absl::StrCat("expected a list of strings, got ", Quote(*value)));
    return std::string(fallback);
  }
  return value->front().get<std::string>();
}

void ConfigReader::Fail(absl::string_view key, absl::string_view reason) {
  if (!status_.ok()) return;
  status_ =
      absl::InvalidArgumentError(absl::StrCat(path_, ": ", key, ": ", reason));
}

const Json* ConfigReader::Find(absl::string_view key, bool required) {
  if (!status_.ok()) return nullptr;
  if (!Has(key)) {
    if (required) Fail(key, "missing");
    return nullptr;
  }
  return &*object_.find(std::string(key));
}

int64_t ConfigReader::CheckedInt(const Json& value, absl::string_view key,
                                 int64_t min, int64_t max) {
  if (!value.is_number_integer()) {
    Fail(key, absl::StrCat("expected an integer, got ", Quote(value)));
    return min;
  }
  // An unsigned number above int64's range would wrap to a negative one.
  const bool fits =
      !value.is_number_unsigned() ||
      value.get<uint64_t>() <=
          static_cast<uint64_t>(std::numeric_limits<int64_t>::max());
  if (!fits || value.get<int64_t>() < min || value.get<int64_t>() > max) {
    Fail(key,
         absl::StrCat(Quote(value), " is out of range [", min, ", ", max, "]"));
    return min;
  }
  return value.get<int64_t>();
}

}  // namespace decant
