// Reads the keys a family needs out of an untrusted config.json. Unlike
// ParamReader it lets unknown keys be: configs carry dozens.
#ifndef DECANT_COMMON_MODEL_FAMILIES_CONFIG_READER_H_
#define DECANT_COMMON_MODEL_FAMILIES_CONFIG_READER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/base/json.h"

namespace decant {

// A key that is null counts as absent. After a first error, further reads
// return a harmless value and change nothing. Not thread-safe.
class ConfigReader {
 public:
  // `object` is a JSON object that outlives the reader; `path` names it in
  // errors.
  ConfigReader(const Json& object, absl::string_view path);

  bool Has(absl::string_view key) const;

  int64_t Int(absl::string_view key, int64_t min, int64_t max);
  int64_t OptionalInt(absl::string_view key, int64_t fallback, int64_t min,
                      int64_t max);
  bool OptionalBool(absl::string_view key, bool fallback);
  std::string String(absl::string_view key);
  std::string OptionalString(absl::string_view key, absl::string_view fallback);
  std::vector<int64_t> OptionalIntList(absl::string_view key, int64_t min,
                                       int64_t max);
  // First string of a list of strings.
  std::string OptionalFirst(absl::string_view key, absl::string_view fallback);

  // Records an error of the caller's own: "<path>: <key>: <reason>".
  void Fail(absl::string_view key, absl::string_view reason);

  // InvalidArgument "<path>: <key>: <reason>", the first offence.
  const absl::Status& status() const { return status_; }

 private:
  // Null when absent; an error if `required`.
  const Json* Find(absl::string_view key, bool required);
  // Checks type and range; `min` after an error.
  int64_t CheckedInt(const Json& value, absl::string_view key, int64_t min,
                     int64_t max);

  const Json& object_;
  const std::string path_;
  absl::Status status_;
};

}  // namespace decant

#endif  // DECANT_COMMON_MODEL_FAMILIES_CONFIG_READER_H_
