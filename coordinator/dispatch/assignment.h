// Hands ready units to workers whose Sync is open.
#ifndef DECANT_COORDINATOR_DISPATCH_ASSIGNMENT_H_
#define DECANT_COORDINATOR_DISPATCH_ASSIGNMENT_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "coordinator/dispatch/core_state.h"
#include "coordinator/dispatch/unit_flow.h"

namespace decant {

// First every free slot gets a unit, in turns, so that no worker hoards while
// another idles. Then units are leased ahead, but only while as many wait as
// there are slots: near the end of a job a unit queued behind a long one
// would keep everybody waiting.
class Assignment {
 public:
  Assignment(CoreState& state, UnitFlow& flow) : state_(state), flow_(flow) {}

  void Assign();

 private:
  // One unit for each worker that has room, until nobody takes any.
  // `leased_ahead`: beyond its slots.
  void FillInTurns(bool leased_ahead);
  bool HasRoom(const WorkerRecord& worker, bool leased_ahead) const;
  // False: nothing fits.
  bool GiveOne(WorkerRecord& worker);
  size_t CountSlots() const;

  CoreState& state_;
  UnitFlow& flow_;
};

// For every job that has units to lease but none leased: sets
// JobRecord::waits_for to why ("waiting for a worker", "no eligible worker:
// ..."), or clears it.
void ExplainWaiting(CoreState& state, JobRecord& job);

}  // namespace decant

#endif  // DECANT_COORDINATOR_DISPATCH_ASSIGNMENT_H_
