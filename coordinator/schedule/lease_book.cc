#include "coordinator/schedule/lease_book.h"

namespace decant {
namespace {

template <typename Map, typename Key>
const std::set<UnitKey>& FindOrEmpty(const Map& map, const Key& key) {
  static const std::set<UnitKey>* const kNone = new std::set<UnitKey>();
  const auto it = map.find(key);
  return it == map.end() ? *kNone : it->second;
}

template <typename Map, typename Key>
void EraseFrom(Map& map, const Key& key, const UnitKey& unit) {
  const auto it = map.find(key);
  it->second.erase(unit);
  if (it->second.empty()) map.erase(it);
}

}  // namespace

Lease& LeaseBook::Grant(const UnitKey& unit, const std::string& worker_id,
                        const std::string& incarnation, int64_t epoch,
                        absl::Duration now) {
  Lease& lease = leases_[unit];
  lease.unit = unit;
  lease.worker_id = worker_id;
  lease.incarnation = incarnation;
  lease.epoch = epoch;
  lease.granted = now;
  lease.deadline = DeadlineFrom(now);
  by_deadline_.insert({lease.deadline, unit});
  by_worker_[worker_id].insert(unit);
  by_job_[unit.job].insert(unit);
  return lease;
}

void LeaseBook::Renew(const UnitKey& unit, absl::Duration now) {
  Lease& lease = leases_.at(unit);
  by_deadline_.erase({lease.deadline, unit});
  lease.deadline = DeadlineFrom(now);
  by_deadline_.insert({lease.deadline, unit});
}

Lease* LeaseBook::Find(const UnitKey& unit) {
  const auto it = leases_.find(unit);
  return it == leases_.end() ? nullptr : &it->second;
}

const Lease* LeaseBook::Find(const UnitKey& unit) const {
  const auto it = leases_.find(unit);
  return it == leases_.end() ? nullptr : &it->second;
}

Lease LeaseBook::Remove(const UnitKey& unit) {
  const auto it = leases_.find(unit);
  Lease lease = std::move(it->second);
  leases_.erase(it);
  by_deadline_.erase({lease.deadline, lease.unit});
  EraseFrom(by_worker_, lease.worker_id, lease.unit);
  EraseFrom(by_job_, lease.unit.job, lease.unit);
  return lease;
}

std::vector<UnitKey> LeaseBook::Expired(absl::Duration now) const {
  std::vector<UnitKey> expired;
  for (const auto& [deadline, unit] : by_deadline_) {
    if (deadline > now) break;
    expired.push_back(unit);
  }
  return expired;
}

std::optional<absl::Duration> LeaseBook::NextDeadline() const {
  if (by_deadline_.empty()) return std::nullopt;
  return by_deadline_.begin()->first;
}

const std::set<UnitKey>& LeaseBook::OfWorker(
    const std::string& worker_id) const {
  return FindOrEmpty(by_worker_, worker_id);
}

const std::set<UnitKey>& LeaseBook::OfJob(int64_t job) const {
  return FindOrEmpty(by_job_, job);
}

}  // namespace decant
