// Identity of a lease, as a map key.
#ifndef DECANT_WORKER_DAEMON_LEASE_KEY_H_
#define DECANT_WORKER_DAEMON_LEASE_KEY_H_

#include <compare>
#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "decant/v1/unit.pb.h"

namespace decant {

struct LeaseKey {
  std::string job_id;
  std::string unit_id;
  int64_t epoch = 0;

  static LeaseKey FromProto(const v1::LeaseId& id) {
    return {id.job_id(), id.unit_id(), id.epoch()};
  }
  v1::LeaseId ToProto() const {
    v1::LeaseId id;
    id.set_job_id(job_id);
    id.set_unit_id(unit_id);
    id.set_epoch(epoch);
    return id;
  }
  bool IsSameUnit(const LeaseKey& other) const {
    return job_id == other.job_id && unit_id == other.unit_id;
  }
  // "j-1/0/merge/layer.3@4"
  std::string ToString() const {
    return absl::StrCat(job_id, "/", unit_id, "@", epoch);
  }
  friend auto operator<=>(const LeaseKey&, const LeaseKey&) = default;
};

}  // namespace decant

#endif  // DECANT_WORKER_DAEMON_LEASE_KEY_H_
