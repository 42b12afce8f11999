// Numbers as people read them.
#ifndef DECANT_COMMON_BASE_FORMAT_H_
#define DECANT_COMMON_BASE_FORMAT_H_

#include <cstdint>
#include <string>

#include "absl/time/time.h"

namespace decant {

// Decimal units, three digits or so: "0 B", "999 B", "15.4 GB", "961 GB".
std::string HumanBytes(int64_t bytes);

// "1,234,567".
std::string HumanCount(int64_t count);

// "0.4 s", "12 s", "2 m 05 s", "3 h 07 m", "2 d 04 h"; "forever" for infinity.
std::string HumanDuration(absl::Duration duration);

}  // namespace decant

#endif  // DECANT_COMMON_BASE_FORMAT_H_
