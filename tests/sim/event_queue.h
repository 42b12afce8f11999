// Things that will happen, by simulated time.
#ifndef DECANT_TESTS_SIM_EVENT_QUEUE_H_
#define DECANT_TESTS_SIM_EVENT_QUEUE_H_

#include <cstdint>
#include <functional>
#include <map>
#include <utility>

#include "absl/time/time.h"

namespace decant {

// Events of one time run in the order they were added: a seed replays exactly.
class EventQueue {
 public:
  absl::Duration now() const { return now_; }
  bool empty() const { return events_.empty(); }

  void After(absl::Duration delay, std::function<void()> event) {
    events_.emplace(std::make_pair(now_ + delay, next_++), std::move(event));
  }
  void RunNext() {
    auto first = events_.extract(events_.begin());
    now_ = first.key().first;
    first.mapped()();
  }

 private:
  absl::Duration now_ = absl::Seconds(100);
  int64_t next_ = 0;
  std::map<std::pair<absl::Duration, int64_t>, std::function<void()>> events_;
};

}  // namespace decant

#endif  // DECANT_TESTS_SIM_EVENT_QUEUE_H_
