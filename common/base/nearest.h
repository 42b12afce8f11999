// "Did you mean": the spelling suggestion in every unknown-name error.
#ifndef DECANT_COMMON_BASE_NEAREST_H_
#define DECANT_COMMON_BASE_NEAREST_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace decant {

// The candidate with the smallest edit distance to `word`, or "" when none is
// within a third of the longer length (at least 2 edits).
std::string Nearest(absl::string_view word,
                    const std::vector<std::string>& candidates);

// "; did you mean 'x'?" or, without a near one, "; known: a, b, c".
std::string Suggestion(absl::string_view word,
                       const std::vector<std::string>& candidates);

}  // namespace decant

#endif  // DECANT_COMMON_BASE_NEAREST_H_
