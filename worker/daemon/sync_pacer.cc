#include "worker/daemon/sync_pacer.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "common/base/digest.h"

namespace decant {
namespace {

constexpr absl::Duration kIdleHold = absl::Seconds(30);
constexpr absl::Duration kMaxBusyHold = absl::Seconds(5);
constexpr absl::Duration kMaxBackoff = absl::Seconds(5);
constexpr absl::Duration kFirstBackoff = absl::Milliseconds(100);
constexpr absl::Duration kMaxNextCall = absl::Seconds(5);
// Answers without news must not make a loop.
constexpr absl::Duration kMinInterval = absl::Milliseconds(2);
constexpr absl::Duration kMinTimeout = absl::Seconds(2);
constexpr absl::Duration kMaxTimeout = absl::Seconds(15);

}  // namespace

absl::Duration SyncPacer::next_call_at() const {
  return in_flight() ? absl::InfiniteDuration() : next_call_at_;
}

int64_t SyncPacer::Begin(absl::Duration now) {
  sent_at_ = now;
  return ++sequence_;
}

void SyncPacer::Abandon(absl::Duration now) {
  sent_at_.reset();
  next_call_at_ = now;
}

bool SyncPacer::Succeed(int64_t sequence, absl::Duration lease_ttl,
                        absl::Duration next_call_in, absl::Duration now) {
  if (!in_flight() || sequence != sequence_) return false;
  lease_ttl_ = lease_ttl;
  lease_deadline_ = *sent_at_ + lease_ttl * 5 / 6;
  next_call_at_ = std::max(now + std::min(next_call_in, kMaxNextCall),
                           *sent_at_ + kMinInterval);
  sent_at_.reset();
  failures_ = 0;
  answered_ = true;
  return true;
}

bool SyncPacer::Fail(int64_t sequence, absl::Duration now) {
  if (!in_flight() || sequence != sequence_) return false;
  sent_at_.reset();
  next_call_at_ = now + Backoff();
  ++failures_;
  return true;
}

void SyncPacer::Hurry(absl::Duration now) {
  // A coordinator that is down is not asked more often for that.
  if (failures_ == 0) next_call_at_ = std::min(next_call_at_, now);
}

absl::Duration SyncPacer::Backoff() const {
  // With a short TTL (tests) a long pause would cost every lease.
  const absl::Duration cap =
      lease_ttl_ > absl::ZeroDuration()
          ? std::clamp(lease_ttl_ / 6, absl::Milliseconds(200), kMaxBackoff)
          : kMaxBackoff;
  const double growth =
      std::exp2(static_cast<double>(std::min<int64_t>(failures_, 10)));
  const auto hash = Sha256(absl::StrCat(jitter_key_, "/", sequence_));
  const double jitter = 0.8 + 0.2 * (hash[0] / 255.0);
  return std::min(kFirstBackoff * growth, cap) * jitter;
}

absl::Duration SyncPacer::HoldLimit(bool is_busy) const {
  if (!answered_) return absl::ZeroDuration();
  return is_busy ? std::min(lease_ttl_ / 12, kMaxBusyHold) : kIdleHold;
}

absl::Duration SyncPacer::AnswerTimeout(absl::Duration hold) const {
  const absl::Duration slack =
      answered_ ? std::clamp(lease_ttl_ / 4, kMinTimeout, kMaxTimeout)
                : kMaxTimeout;
  return hold + slack;
}

}  // namespace decant
