// A worker daemon as a model: keeps leases, runs them one after the other,
// states all it holds, and stops itself in time. It knows nothing of how
// messages travel or of faults; the simulation calls it.
#ifndef DECANT_TESTS_SIM_MODEL_WORKER_H_
#define DECANT_TESTS_SIM_MODEL_WORKER_H_

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/base/json.h"
#include "common/base/version.h"
#include "common/unit/unit_spec.h"
#include "coordinator/dispatch/worker_sync.h"
#include "decant/v1/worker.pb.h"
#include "tests/common/base/status_matchers.h"

namespace decant {

class ModelWorker {
 public:
  struct Held {
    UnitOrder order;
    absl::Duration stop_at;  // The daemon's own deadline for this lease.
    bool is_running = false;
  };

  ModelWorker(std::string id, int num_slots)
      : id_(std::move(id)), num_slots_(num_slots) {
    Restart();
  }

  // A new process: nothing is remembered.
  void Restart() {
    ++process_;
    sequence_ = 0;
    store_id_.clear();
    held.clear();
    finished.clear();
    in_flight_ = 0;
  }

  v1::SyncRequest MakeSync(absl::Duration now) {
    v1::SyncRequest sync;
    sync.set_api_version(kMaxApiVersion);
    sync.set_worker_id(id_);
    sync.set_incarnation(incarnation());
    sync.set_sequence(++sequence_);
    sync.set_store_id(store_id_);
    sync.set_numerics_class("cpu");
    (*sync.mutable_op_versions())["op"] = 1;
    for (int i = 0; i < num_slots_; ++i) sync.add_slots()->set_device("cpu");
    for (const auto& [unit, lease] : held) {
      v1::RunningUnit& running = *sync.add_running();
      *running.mutable_lease() = LeaseOf(lease.order);
      running.set_started(lease.is_running);
    }
    for (const auto& [name, outcome] : finished) *sync.add_finished() = outcome;
    sync.set_max_hold_micros(30'000'000);
    in_flight_ = sequence_;
    sent_at_ = now;
    return sync;
  }

  // False: an answer to a call that was given up.
  bool TakeReply(const v1::SyncReply& reply) {
    if (in_flight_ == 0 || reply.sequence() != in_flight_) return false;
    in_flight_ = 0;
    if (reply.reset()) {
      held.clear();
      finished.clear();
      store_id_.clear();
      return true;
    }
    store_id_ = reply.store_id();
    const absl::Duration stop_at =
        sent_at_ + absl::Microseconds(reply.lease_ttl_micros()) * 5 / 6;
    for (const v1::LeaseId& lease : reply.acknowledged()) {
      finished.erase(NameOf(lease));
    }
    for (const v1::StopUnit& stop : reply.stop()) {
      const auto it = held.find(stop.lease().unit_id());
      if (it != held.end() && it->second.order.epoch == stop.lease().epoch()) {
        held.erase(it);
      }
    }
    for (const v1::RunUnit& run : reply.run()) TakeRun(run, stop_at);
    return true;
  }
  void GiveUpCall() { in_flight_ = 0; }

  // Drops what it may no longer run.
  void StopExpired(absl::Duration now) {
    for (auto it = held.begin(); it != held.end();) {
      it = it->second.stop_at <= now ? held.erase(it) : std::next(it);
    }
  }

  // The unit is over; stated from now on until it is acknowledged.
  v1::UnitOutcome& Finish(const std::string& unit) {
    const v1::LeaseId lease = LeaseOf(held.at(unit).order);
    held.erase(unit);
    v1::UnitOutcome& outcome = finished[NameOf(lease)];
    *outcome.mutable_lease() = lease;
    return outcome;
  }

  size_t num_running() const {
    size_t count = 0;
    for (const auto& [unit, lease] : held) count += lease.is_running ? 1 : 0;
    return count;
  }
  bool has_free_slot() const {
    return num_running() < static_cast<size_t>(num_slots_);
  }
  std::string incarnation() const { return absl::StrCat("i", process_); }
  const std::string& id() const { return id_; }
  int64_t process() const { return process_; }
  int64_t in_flight() const { return in_flight_; }

  static v1::LeaseId LeaseOf(const UnitOrder& order) {
    v1::LeaseId lease;
    lease.set_job_id(order.job_id);
    lease.set_unit_id(order.spec.id);
    lease.set_epoch(order.epoch);
    return lease;
  }
  static std::string NameOf(const v1::LeaseId& lease) {
    return absl::StrCat(lease.unit_id(), "/", lease.epoch());
  }

  std::map<std::string, Held> held;                 // By unit.
  std::map<std::string, v1::UnitOutcome> finished;  // By NameOf.

 private:
  void TakeRun(const v1::RunUnit& run, absl::Duration stop_at) {
    if (finished.count(NameOf(run.lease())) > 0) return;
    const auto known = held.find(run.lease().unit_id());
    if (known != held.end() &&
        known->second.order.epoch == run.lease().epoch()) {
      known->second.stop_at = stop_at;
      return;
    }
    if (run.order_json().empty()) return;  // Dropped since it was listed.
    const Json json = ValueOf(ParseJson(run.order_json(), "order"));
    held[run.lease().unit_id()] = {ValueOf(UnitOrder::FromJson(json)), stop_at};
  }

  const std::string id_;
  const int num_slots_;
  int64_t process_ = 0;
  int64_t sequence_ = 0;
  int64_t in_flight_ = 0;  // Sequence of the call that waits; 0: none.
  absl::Duration sent_at_;
  std::string store_id_;
};

}  // namespace decant

#endif  // DECANT_TESTS_SIM_MODEL_WORKER_H_
