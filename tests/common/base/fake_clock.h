// A clock that stands still until told otherwise.
#ifndef DECANT_TESTS_COMMON_BASE_FAKE_CLOCK_H_
#define DECANT_TESTS_COMMON_BASE_FAKE_CLOCK_H_

#include <mutex>

#include "absl/time/time.h"
#include "common/base/clock.h"

namespace decant {

// Thread-safe.
class FakeClock final : public Clock {
 public:
  explicit FakeClock(absl::Time start = absl::FromUnixSeconds(1'700'000'000))
      : now_(start) {}

  absl::Time Now() override {
    const std::lock_guard<std::mutex> lock(mutex_);
    return now_;
  }
  absl::Duration SteadyNow() override {
    const std::lock_guard<std::mutex> lock(mutex_);
    return steady_now_;
  }

  // Both clocks move together.
  void Advance(absl::Duration by) {
    const std::lock_guard<std::mutex> lock(mutex_);
    now_ += by;
    steady_now_ += by;
  }
  // The wall clock is set, as by NTP; the steady one does not notice.
  void SetWallTime(absl::Time now) {
    const std::lock_guard<std::mutex> lock(mutex_);
    now_ = now;
  }

 private:
  std::mutex mutex_;
  absl::Time now_;
  absl::Duration steady_now_ = absl::Seconds(1);
};

}  // namespace decant

#endif  // DECANT_TESTS_COMMON_BASE_FAKE_CLOCK_H_
