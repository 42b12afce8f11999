// When a worker calls the coordinator, and until when its leases hold. Pure:
// time is an argument, on a steady clock.
#ifndef DECANT_WORKER_DAEMON_SYNC_PACER_H_
#define DECANT_WORKER_DAEMON_SYNC_PACER_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/time/time.h"

namespace decant {

// One Sync is in flight at a time; only its own answer counts, so duplicated,
// late and reordered answers mean nothing. Not thread-safe.
class SyncPacer {
 public:
  // `jitter_key` (the worker's incarnation) spreads the retries of a cluster.
  explicit SyncPacer(std::string jitter_key)
      : jitter_key_(std::move(jitter_key)) {}

  bool in_flight() const { return sent_at_.has_value(); }
  // When to call next; infinite while a call is in flight.
  absl::Duration next_call_at() const;
  // Leases hold until here, counted from the *send* of the last answered call:
  // 5/6 of the TTL, so that a worker stops before its units are leased again.
  // Infinite before the first answer.
  absl::Duration lease_deadline() const { return lease_deadline_; }
  bool is_connected() const { return failures_ == 0 && answered_; }

  // The sequence number of the call that now leaves.
  int64_t Begin(absl::Duration now);
  // The call ended unanswered by our own wish: a new one may leave at once.
  void Abandon(absl::Duration now);
  // False: not the call in flight, ignore the answer.
  bool Succeed(int64_t sequence, absl::Duration lease_ttl,
               absl::Duration next_call_in, absl::Duration now);
  bool Fail(int64_t sequence, absl::Duration now);
  // Calls again without waiting.
  void Hurry(absl::Duration now);

  // How long the coordinator may hold the answer back.
  absl::Duration HoldLimit(bool is_busy) const;
  // How long to wait for an answer that may be held back for `hold`.
  absl::Duration AnswerTimeout(absl::Duration hold) const;

 private:
  absl::Duration Backoff() const;

  const std::string jitter_key_;
  int64_t sequence_ = 0;
  std::optional<absl::Duration> sent_at_;
  absl::Duration next_call_at_ = -absl::InfiniteDuration();
  absl::Duration lease_ttl_ = absl::ZeroDuration();  // Zero: not yet known.
  absl::Duration lease_deadline_ = absl::InfiniteDuration();
  int64_t failures_ = 0;
  bool answered_ = false;
};

}  // namespace decant

#endif  // DECANT_WORKER_DAEMON_SYNC_PACER_H_
