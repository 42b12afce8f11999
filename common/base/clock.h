// Time as a collaborator, so that tests own it.
#ifndef DECANT_COMMON_BASE_CLOCK_H_
#define DECANT_COMMON_BASE_CLOCK_H_

#include "absl/time/time.h"

namespace decant {

// Implementations are thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;

  // Wall time: for people and for file stamps. May jump.
  virtual absl::Time Now() = 0;
  // Time since an arbitrary start that never runs backwards: for leases,
  // timeouts and rates.
  virtual absl::Duration SteadyNow() = 0;

  // The machine's clocks. Lives forever.
  static Clock& Real();
};

// Clock::Real().SteadyNow().
absl::Duration SteadyNow();

}  // namespace decant

#endif  // DECANT_COMMON_BASE_CLOCK_H_
