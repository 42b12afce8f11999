// Live leases and when they end. Pure: time is an argument, measured on a
// clock that never runs backwards.
#ifndef DECANT_COORDINATOR_SCHEDULE_LEASE_BOOK_H_
#define DECANT_COORDINATOR_SCHEDULE_LEASE_BOOK_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "coordinator/schedule/unit_key.h"

namespace decant {

// One claim of one worker on one unit.
struct Lease {
  UnitKey unit;
  std::string worker_id;
  std::string incarnation;
  int64_t epoch = 0;
  absl::Duration granted;   // When.
  absl::Duration deadline;  // After it the unit may go to somebody else.
  // As the worker last stated it.
  bool started = false;
  int64_t progress_done = 0;
  int64_t progress_total = 0;
  int num_sends = 0;  // Replies that carried its order.
  // Set when the worker should let go of it.
  enum class Stop { kNone, kCancelled, kPaused } stop = Stop::kNone;
};

// A lease outlives what its worker believes: the worker stops itself 5/6 TTL
// after it sent the Sync that was answered, the book waits 13/12 TTL after it
// received one. Pointers live until the lease is removed.
class LeaseBook {
 public:
  explicit LeaseBook(absl::Duration lease_ttl) : lease_ttl_(lease_ttl) {}

  // The unit must not be leased.
  Lease& Grant(const UnitKey& unit, const std::string& worker_id,
               const std::string& incarnation, int64_t epoch,
               absl::Duration now);
  // The lease must exist.
  void Renew(const UnitKey& unit, absl::Duration now);
  // nullptr: not leased.
  Lease* Find(const UnitKey& unit);
  const Lease* Find(const UnitKey& unit) const;
  // The lease must exist.
  Lease Remove(const UnitKey& unit);

  // Leases whose deadline has passed, by deadline. They stay in the book.
  std::vector<UnitKey> Expired(absl::Duration now) const;
  std::optional<absl::Duration> NextDeadline() const;

  // By unit; empty for strangers.
  const std::set<UnitKey>& OfWorker(const std::string& worker_id) const;
  const std::set<UnitKey>& OfJob(int64_t job) const;
  size_t size() const { return leases_.size(); }

 private:
  absl::Duration DeadlineFrom(absl::Duration now) const {
    return now + lease_ttl_ * 13 / 12;
  }

  const absl::Duration lease_ttl_;
  std::map<UnitKey, Lease> leases_;
  std::set<std::pair<absl::Duration, UnitKey>> by_deadline_;
  std::map<std::string, std::set<UnitKey>> by_worker_;
  std::map<int64_t, std::set<UnitKey>> by_job_;
};

}  // namespace decant

#endif  // DECANT_COORDINATOR_SCHEDULE_LEASE_BOOK_H_
