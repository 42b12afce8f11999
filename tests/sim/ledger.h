// What the simulation checks: leases after every step, history at the end.
#ifndef DECANT_TESTS_SIM_LEDGER_H_
#define DECANT_TESTS_SIM_LEDGER_H_

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "common/base/json.h"
#include "coordinator/dispatch/core_state.h"
#include "coordinator/store/store.h"
#include "tests/common/base/status_matchers.h"
#include "tests/sim/model_worker.h"

namespace decant {

class Ledger {
 public:
  using Workers = std::vector<std::unique_ptr<ModelWorker>>;

  void NoteAcknowledged(const v1::LeaseId& lease) {
    acknowledged_.insert({lease.unit_id(), lease.epoch()});
  }

  // Epochs only grow, one epoch has one holder, and nobody holds a unit whose
  // last holder may still believe in its lease.
  void CheckLeases(const CoreState& state, const Workers& workers,
                   absl::Duration now) {
    for (const auto& [number, job] : state.jobs) {
      for (const UnitKey& key : state.leases.OfJob(number)) {
        const Lease& lease = *state.leases.Find(key);
        const std::string& unit = job->units[key.unit].spec.id;
        int64_t& newest = epochs_[unit];
        EXPECT_GE(lease.epoch, newest) << unit;
        newest = std::max(newest, lease.epoch);
        for (const auto& worker : workers) {
          CheckHolder(*worker, unit, lease, now);
        }
      }
    }
  }

  // Nothing acknowledged is lost, and every unit has one effect, of the epoch
  // whose result is kept.
  void CheckHistory(Store& store, const std::string& job) const {
    std::set<std::pair<std::string, int64_t>> attempts;
    for (const AttemptRow& row : ValueOf(store.LoadAttempts(job))) {
      attempts.insert({row.unit_id, row.epoch});
    }
    for (const auto& [unit, epoch] : acknowledged_) {
      EXPECT_EQ(attempts.count({unit, epoch}), 1u)
          << unit << "/" << epoch << " was acknowledged and forgotten";
    }
    std::map<std::string, EffectRow> newest;
    for (const EffectRow& row : ValueOf(store.LoadEffects(job))) {
      EffectRow& effect = newest[row.unit_id];
      EXPECT_TRUE(effect.unit_id.empty() || effect.generation < row.generation)
          << row.unit_id << ": two effects of one generation";
      effect = row;
    }
    for (const auto& [spec, status] : ValueOf(store.LoadUnits(job))) {
      EXPECT_EQ(status.state, UnitState::kDone) << spec.unit_id;
      const EffectRow& effect = newest[spec.unit_id];
      EXPECT_EQ(effect.unit_id, spec.unit_id);
      EXPECT_EQ(effect.generation, status.generation) << spec.unit_id;
      if (status.cached) continue;
      const Json result = ValueOf(ParseJson(status.result_json, "result"));
      EXPECT_EQ(result["summary"]["epoch"], effect.epoch)
          << spec.unit_id << ": a stale epoch's result was accepted";
    }
  }

 private:
  static void CheckHolder(const ModelWorker& worker, const std::string& unit,
                          const Lease& lease, absl::Duration now) {
    const auto held = worker.held.find(unit);
    if (held == worker.held.end()) return;
    const bool is_holder = worker.id() == lease.worker_id &&
                           worker.incarnation() == lease.incarnation;
    if (held->second.order.epoch == lease.epoch) {
      EXPECT_TRUE(is_holder) << unit << ": two holders of one epoch";
    } else {
      EXPECT_LE(held->second.stop_at, now)
          << unit << ": leased anew while " << worker.id()
          << " still trusts epoch " << held->second.order.epoch;
    }
  }

  std::map<std::string, int64_t> epochs_;  // Newest seen, by unit.
  std::set<std::pair<std::string, int64_t>> acknowledged_;
};

}  // namespace decant

#endif  // DECANT_TESTS_SIM_LEDGER_H_
