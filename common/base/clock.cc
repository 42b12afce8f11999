#include "common/base/clock.h"

#include <chrono>

#include "absl/time/clock.h"

namespace decant {
namespace {

class RealClock final : public Clock {
 public:
  absl::Time Now() override { return absl::Now(); }

  absl::Duration SteadyNow() override {
    return absl::FromChrono(
        std::chrono::steady_clock::now().time_since_epoch());
  }
};

}  // namespace

Clock& Clock::Real() {
  // Never destroyed: threads may still ask for the time while exiting.
  static RealClock& clock = *new RealClock;
  return clock;
}

absl::Duration SteadyNow() { return Clock::Real().SteadyNow(); }

}  // namespace decant
