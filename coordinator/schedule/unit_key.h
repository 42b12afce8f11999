// How the core names a unit in memory: small numbers instead of strings.
#ifndef DECANT_COORDINATOR_SCHEDULE_UNIT_KEY_H_
#define DECANT_COORDINATOR_SCHEDULE_UNIT_KEY_H_

#include <cstddef>
#include <cstdint>
#include <tuple>

namespace decant {

// `job` counts the jobs this process knows, in order of creation; `unit` is
// the unit's place in its plan.
struct UnitKey {
  int64_t job = 0;
  size_t unit = 0;
  friend bool operator==(const UnitKey&, const UnitKey&) = default;
  friend bool operator<(const UnitKey& a, const UnitKey& b) {
    return std::tie(a.job, a.unit) < std::tie(b.job, b.unit);
  }
};

}  // namespace decant

#endif  // DECANT_COORDINATOR_SCHEDULE_UNIT_KEY_H_
