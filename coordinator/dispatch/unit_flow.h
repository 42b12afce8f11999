// What happens to a unit between ready and done: grants, results, failures,
// losses. The life of a unit is readable here from top to bottom.
#ifndef DECANT_COORDINATOR_DISPATCH_UNIT_FLOW_H_
#define DECANT_COORDINATOR_DISPATCH_UNIT_FLOW_H_

#include <cstdint>
#include <string>

#include "coordinator/dispatch/core_state.h"
#include "coordinator/schedule/retry_policy.h"
#include "coordinator/schedule/unit_key.h"
#include "decant/v1/unit.pb.h"

namespace decant {

class UnitFlow {
 public:
  explicit UnitFlow(CoreState& state) : state_(state) {}

  // A ready unit whose action key is not known anywhere: it may be leased,
  // now or after its backoff.
  void MakeLeasable(const UnitKey& key);
  // Backoffs that ended.
  void WakeDelayed();

  // The unit is ready, in the scheduler, and goes to this worker.
  void Grant(const UnitKey& key, const WorkerRecord& worker);

  // A known result stands in for running the ready unit.
  void AcceptKnown(const UnitKey& key, UnitResult result);

  // What a worker says became of an attempt. `lease` names the live lease of
  // that worker: the caller checked (stale outcomes never come here).
  void Finish(const UnitKey& key, const v1::UnitOutcome& outcome);

  // The lease ended without a word.
  void ExpireLeases();
  // The worker gave it back, or started anew: counts nothing.
  void Release(const UnitKey& key, const std::string& reason);

 private:
  void Accept(const UnitKey& key, UnitResult result, int64_t run_micros);
  void RecordResult(const UnitKey& key, UnitResult result, int64_t epoch);
  void Fail(const UnitKey& key, const v1::UnitError& error, int64_t run_micros);
  void CountFailure(const UnitKey& key, const AttemptFailure& failure,
                    const std::string& message);
  void GiveUp(const UnitKey& key, const Lease& lease,
              const std::string& message);
  void LoseInput(const UnitKey& key, const v1::UnitError& error);
  // Sends the producer back to ready.
  void MakeAgain(const UnitKey& producer);
  void RaiseMemoryFloor(const UnitKey& key, const std::string& worker_id);
  // Ends the lease and writes the attempt into history.
  Lease EndLease(const UnitKey& key, const std::string& outcome,
                 const std::string& message, int64_t run_micros);

  CoreState& state_;
};

}  // namespace decant

#endif  // DECANT_COORDINATOR_DISPATCH_UNIT_FLOW_H_
