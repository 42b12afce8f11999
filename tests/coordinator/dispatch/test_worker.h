// A worker daemon under the test's control.
#ifndef DECANT_TESTS_COORDINATOR_DISPATCH_TEST_WORKER_H_
#define DECANT_TESTS_COORDINATOR_DISPATCH_TEST_WORKER_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/base/version.h"
#include "common/unit/unit_spec.h"
#include "coordinator/dispatch/worker_sync.h"
#include "decant/v1/worker.pb.h"

namespace decant {

// A worker daemon as a test sees it: what it holds, and what it will state.
struct TestWorker {
  v1::SyncRequest state;  // Sent as it stands; sequence grows by itself.
  std::map<std::string, UnitOrder> held;  // By unit id.

  explicit TestWorker(const std::string& id, int num_slots = 1) {
    state.set_api_version(kMaxApiVersion);
    state.set_worker_id(id);
    state.set_incarnation("first");
    state.set_host("host-" + id);
    state.set_numerics_class("cpu");
    (*state.mutable_op_versions())["op"] = 1;
    for (int i = 0; i < num_slots; ++i) {
      v1::SlotState& slot = *state.add_slots();
      slot.set_index(i);
      slot.set_device("cpu");
      slot.set_host_memory_bytes(1LL << 33);
    }
  }

  // The process ends and a new one starts.
  void Restart(const std::string& incarnation) {
    state.set_incarnation(incarnation);
    state.set_sequence(0);
    state.clear_running();
    state.clear_finished();
    state.clear_store_id();
    held.clear();
  }

  // By value: the name may live in `held`.
  v1::UnitOutcome& AddOutcome(std::string unit_id) {
    const UnitOrder order = held.at(unit_id);
    held.erase(unit_id);
    v1::UnitOutcome& outcome = *state.add_finished();
    outcome.mutable_lease()->set_job_id(order.job_id);
    outcome.mutable_lease()->set_unit_id(unit_id);
    outcome.mutable_lease()->set_epoch(order.epoch);
    outcome.set_run_micros(1000);
    return outcome;
  }

  void Fail(const std::string& unit_id, absl::StatusCode code,
            const std::string& lost_artifact = "") {
    v1::UnitError& error = *AddOutcome(unit_id).mutable_error();
    error.set_code(static_cast<int32_t>(code));
    error.set_message("it broke");
    error.set_lost_artifact(lost_artifact);
  }

  std::vector<std::string> units() const {
    std::vector<std::string> ids;
    for (const auto& [id, order] : held) ids.push_back(id);
    return ids;
  }
};

}  // namespace decant

#endif  // DECANT_TESTS_COORDINATOR_DISPATCH_TEST_WORKER_H_
