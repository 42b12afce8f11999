// JSON as Decant reads it: untrusted text becomes a value or one clear error.
#ifndef DECANT_COMMON_BASE_JSON_H_
#define DECANT_COMMON_BASE_JSON_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "nlohmann/json.hpp"

namespace decant {

// Object keys are kept sorted, so dump() of equal values gives equal bytes.
using Json = nlohmann::json;

// Parses `text`. `what` names the source in errors (a path, "unit params").
// InvalidArgument: syntax error (with line:column), a duplicate key, nesting
// deeper than 64, or text after the value.
absl::StatusOr<Json> ParseJson(absl::string_view text, absl::string_view what);

// The one spelling that digests are taken of: sorted keys, no white space.
std::string CanonicalJson(const Json& value);

}  // namespace decant

#endif  // DECANT_COMMON_BASE_JSON_H_
