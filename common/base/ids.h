// Names that nobody can guess or pick twice: jobs, workers, stores, tokens.
#ifndef DECANT_COMMON_BASE_IDS_H_
#define DECANT_COMMON_BASE_IDS_H_

#include <string>

#include "absl/strings/string_view.h"

namespace decant {

// `num_chars` random characters of Crockford's lower-case base32 (no i, l, o,
// u), five bits each, from the kernel's generator. 26 make a 130-bit secret.
std::string RandomChars(int num_chars);

// "<prefix>-<8 random characters>": RandomId("j") gives "j-7k2m9q4x".
std::string RandomId(absl::string_view prefix);

}  // namespace decant

#endif  // DECANT_COMMON_BASE_IDS_H_
