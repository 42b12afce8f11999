// Strict reading of a JSON object into typed fields: every key must be known,
// every value of the right type and range, and one error names the first
// offence. Used for everything that crosses a process boundary as JSON.
#ifndef DECANT_COMMON_BASE_PARAM_READER_H_
#define DECANT_COMMON_BASE_PARAM_READER_H_

#include <cstdint>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/base/json.h"

namespace decant {

// Bounds, both included. Outside the class because gcc cannot use a nested
// one's member initialisers in default arguments.
struct IntRange {
  int64_t min = std::numeric_limits<int64_t>::min();
  int64_t max = std::numeric_limits<int64_t>::max();
};
struct DoubleRange {
  double min = -std::numeric_limits<double>::infinity();
  double max = std::numeric_limits<double>::infinity();
};

// Reads each field once, then call Finish(). After a first error, further
// reads return the fallback and change nothing. Not thread-safe.
//
//   ParamReader reader(params, "merge params");
//   rank = reader.Int("rank", {.min = 1});
//   drop = reader.OptionalDouble("drop", 0.0, {.min = 0, .max = 1});
//   RETURN_IF_ERROR(reader.Finish());
class ParamReader {
 public:
  // `object` must outlive the reader. `what` starts every error message.
  ParamReader(const Json& object, absl::string_view what);

  bool Has(absl::string_view key) const;

  int64_t Int(absl::string_view key, IntRange range = {});
  double Double(absl::string_view key, DoubleRange range = {});
  bool Bool(absl::string_view key);
  std::string String(absl::string_view key);
  // One of `allowed`; the error lists them.
  std::string Choice(absl::string_view key,
                     const std::vector<std::string>& allowed);
  std::vector<int64_t> IntList(absl::string_view key);
  std::vector<std::string> StringList(absl::string_view key);
  // Any JSON value, as it stands.
  Json Value(absl::string_view key);

  int64_t OptionalInt(absl::string_view key, int64_t fallback,
                      IntRange range = {});
  double OptionalDouble(absl::string_view key, double fallback,
                        DoubleRange range = {});
  bool OptionalBool(absl::string_view key, bool fallback);
  std::string OptionalString(absl::string_view key, absl::string_view fallback);
  Json OptionalValue(absl::string_view key, Json fallback);

  // Records an error of the caller's own about `key`.
  void Fail(absl::string_view key, absl::string_view reason);

  // InvalidArgument: the first offence, or the first key never asked for (with
  // the nearest known key).
  absl::Status Finish();

 private:
  // Null when absent (an error if `required`) or after an error.
  const Json* Find(absl::string_view key, bool required);
  void FailType(absl::string_view key, absl::string_view wanted,
                const Json& value);
  int64_t ToInt(absl::string_view key, const Json& value, IntRange range);
  double ToDouble(absl::string_view key, const Json& value, DoubleRange range);

  const Json& object_;
  const std::string what_;
  std::set<std::string> asked_;
  absl::Status status_;
};

}  // namespace decant

#endif  // DECANT_COMMON_BASE_PARAM_READER_H_
