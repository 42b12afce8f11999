#include "common/base/param_reader.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/nearest.h"

namespace decant {
namespace {

// "an integer", as the value's own type is called in an error.
std::string TypeName(const Json& value) {
  if (value.is_number_integer()) return "an integer";
  if (value.is_number()) return "a number";
  if (value.is_boolean()) return "true or false";
  if (value.is_null()) return "null";
  return absl::StrCat(value.is_string() ? "a " : "an ", value.type_name());
}

// False for what int64_t cannot hold.
bool GetInt(const Json& value, int64_t& out) {
  if (!value.is_number_integer()) return false;
  if (value.is_number_unsigned() &&
      value.get<uint64_t>() >
          static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) {
    return false;
  }
  out = value.get<int64_t>();
  return true;
}

// "must be at least 1", "must be from 0 to 1": infinite bounds are not named.
template <typename T>
std::string MustBe(T value, T min, T max, T lowest, T highest) {
  if (max == highest) {
    return absl::StrCat("is ", value, "; must be at least ", min);
  }
  if (min == lowest) {
    return absl::StrCat("is ", value, "; must be at most ", max);
  }
  return absl::StrCat("is ", value, "; must be from ", min, " to ", max);
}

}  // namespace

ParamReader::ParamReader(const Json& object, absl::string_view what)
    : object_(object), what_(what) {
  if (!object.is_object()) {
    status_ = absl::InvalidArgumentError(
        absl::StrCat(what_, ": must be an object, is ", TypeName(object)));
  }
}

bool ParamReader::Has(absl::string_view key) const {
  return object_.is_object() && object_.contains(std::string(key));
}

const Json* ParamReader::Find(absl::string_view key, bool required) {
  asked_.insert(std::string(key));
  if (!status_.ok()) return nullptr;
  const auto found = object_.find(std::string(key));
  if (found != object_.end()) return &*found;
  if (required) Fail(key, "is missing");
  return nullptr;
}

void ParamReader::Fail(absl::string_view key, absl::string_view reason) {
  if (!status_.ok()) return;
  status_ =
      absl::InvalidArgumentError(absl::StrCat(what_, ": '", key, "' ", reason));
}

void ParamReader::FailType(absl::string_view key, absl::string_view wanted,
                           const Json& value) {
  Fail(key, absl::StrCat("must be ", wanted, ", is ", TypeName(value)));
}

int64_t ParamReader::ToInt(absl::string_view key, const Json& value,
                           IntRange range) {
  constexpr IntRange kAny;
  int64_t number = 0;
  if (!GetInt(value, number)) {
    FailType(key, "a 64-bit integer", value);
    return 0;
  }
  if (number < range.min || number > range.max) {
    Fail(key, MustBe(number, range.min, range.max, kAny.min, kAny.max));
    return 0;
  }
  return number;
}

double ParamReader::ToDouble(absl::string_view key, const Json& value,
                             DoubleRange range) {
  constexpr DoubleRange kAny;
  if (!value.is_number()) {
    FailType(key, "a number", value);
    return 0;
  }
  const double number = value.get<double>();
  // NaN cannot be written in JSON, but a value made in memory may hold one.
  if (!std::isfinite(number)) {
    Fail(key, "must be finite");
    return 0;
  }
  if (number < range.min || number > range.max) {
    Fail(key, MustBe(number, range.min, range.max, kAny.min, kAny.max));
    return 0;
  }
  return number;
}

int64_t ParamReader::Int(absl::string_view key, IntRange range) {
  const Json* value = Find(key, /*required=*/true);
  return value == nullptr ? 0 : ToInt(key, *value, range);
}

double ParamReader::Double(absl::string_view key, DoubleRange range) {
  const Json* value = Find(key, /*required=*/true);
  return value == nullptr ? 0 : ToDouble(key, *value, range);
}

bool ParamReader::Bool(absl::string_view key) {
  const Json* value = Find(key, /*required=*/true);
  if (value == nullptr) return false;
  if (value->is_boolean()) return value->get<bool>();
  FailType(key, "true or false", *value);
  return false;
}

std::string ParamReader::String(absl::string_view key) {
  const Json* value = Find(key, /*required=*/true);
  if (value == nullptr) return "";
  if (value->is_string()) return value->get<std::string>();
  FailType(key, "a string", *value);
  return "";
}

std::string ParamReader::Choice(absl::string_view key,
                                const std::vector<std::string>& allowed) {
  std::string value = String(key);
  if (!status_.ok()) return "";
  if (std::find(allowed.begin(), allowed.end(), value) != allowed.end()) {
    return value;
  }
  Fail(key, absl::StrCat("is '", value, "'", Suggestion(value, allowed)));
  return "";
}

std::vector<int64_t> ParamReader::IntList(absl::string_view key) {
  const Json* value = Find(key, /*required=*/true);
  if (value == nullptr) return {};
  std::vector<int64_t> list;
  bool valid = value->is_array();
  for (size_t i = 0; valid && i < value->size(); ++i) {
    valid = GetInt((*value)[i], list.emplace_back());
  }
  if (valid) return list;
  Fail(key, "must be a list of 64-bit integers");
  return {};
}

std::vector<std::string> ParamReader::StringList(absl::string_view key) {
  const Json* value = Find(key, /*required=*/true);
  if (value == nullptr) return {};
  std::vector<std::string> list;
  bool valid = value->is_array();
  for (size_t i = 0; valid && i < value->size(); ++i) {
    valid = (*value)[i].is_string();
    if (valid) list.push_back((*value)[i].get<std::string>());
  }
  if (valid) return list;
  Fail(key, "must be a list of strings");
  return {};
}

Json ParamReader::Value(absl::string_view key) {
  const Json* value = Find(key, /*required=*/true);
  return value == nullptr ? Json() : *value;
}

int64_t ParamReader::OptionalInt(absl::string_view key, int64_t fallback,
                                 IntRange range) {
  if (Find(key, /*required=*/false) == nullptr) return fallback;
  const int64_t value = Int(key, range);
  return status_.ok() ? value : fallback;
}

double ParamReader::OptionalDouble(absl::string_view key, double fallback,
                                   DoubleRange range) {
  if (Find(key, /*required=*/false) == nullptr) return fallback;
  const double value = Double(key, range);
  return status_.ok() ? value : fallback;
}

bool ParamReader::OptionalBool(absl::string_view key, bool fallback) {
  if (Find(key, /*required=*/false) == nullptr) return fallback;
  const bool value = Bool(key);
  return status_.ok() ? value : fallback;
}

std::string ParamReader::OptionalString(absl::string_view key,
                                        absl::string_view fallback) {
  if (Find(key, /*required=*/false) == nullptr) return std::string(fallback);
  std::string value = String(key);
  return status_.ok() ? value : std::string(fallback);
}

Json ParamReader::OptionalValue(absl::string_view key, Json fallback) {
  const Json* value = Find(key, /*required=*/false);
  return value == nullptr ? std::move(fallback) : *value;
}

absl::Status ParamReader::Finish() {
  if (!status_.ok()) return status_;
  const std::vector<std::string> known(asked_.begin(), asked_.end());
  for (const auto& [key, value] : object_.items()) {
    if (asked_.count(key) > 0) continue;
    Fail(key, absl::StrCat("is not known here", Suggestion(key, known)));
    break;
  }
  return status_;
}

}  // namespace decant
