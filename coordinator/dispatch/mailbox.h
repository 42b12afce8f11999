// Messages for the core's thread.
#ifndef DECANT_COORDINATOR_DISPATCH_MAILBOX_H_
#define DECANT_COORDINATOR_DISPATCH_MAILBOX_H_

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <vector>

#include "absl/time/time.h"

namespace decant {

// Any thread posts, one thread takes. std::mutex, not absl::Mutex: the tests
// run under ThreadSanitizer, which does not know Debian's Abseil.
template <typename Message>
class Mailbox {
 public:
  // False once closed: the message is dropped.
  bool Post(Message message) {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (is_closed_) return false;
      messages_.push_back(std::move(message));
    }
    posted_.notify_one();
    return true;
  }

  // Up to `limit` messages, in order. Waits for the first at most `wait` (for
  // ever without); empty after that or when closed.
  std::vector<Message> Take(size_t limit, std::optional<absl::Duration> wait) {
    std::unique_lock<std::mutex> lock(mutex_);
    const auto has_something = [this] {
      return is_closed_ || !messages_.empty();
    };
    if (wait.has_value()) {
      posted_.wait_for(lock, absl::ToChronoNanoseconds(*wait), has_something);
    } else {
      posted_.wait(lock, has_something);
    }
    std::vector<Message> taken;
    while (!messages_.empty() && taken.size() < limit) {
      taken.push_back(std::move(messages_.front()));
      messages_.pop_front();
    }
    return taken;
  }

  // Wakes the taker and returns what was not taken. Idempotent.
  std::deque<Message> Close() {
    std::deque<Message> left;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      is_closed_ = true;
      left.swap(messages_);
    }
    posted_.notify_all();
    return left;
  }
  bool is_closed() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return is_closed_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable posted_;
  std::deque<Message> messages_;  // Guarded by mutex_.
  bool is_closed_ = false;        // Likewise.
};

}  // namespace decant

#endif  // DECANT_COORDINATOR_DISPATCH_MAILBOX_H_
