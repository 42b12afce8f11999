// Sync: what a worker states, and what it is told. Level-triggered: every
// reply says all that should be, so a lost, repeated or reordered call heals
// on the next one.
//
// A reply is held back (long poll) until there is something to say, but at
// most TTL/12 while the worker holds leases and TTL/2 otherwise.
#ifndef DECANT_COORDINATOR_DISPATCH_WORKER_SYNC_H_
#define DECANT_COORDINATOR_DISPATCH_WORKER_SYNC_H_

#include <optional>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "coordinator/dispatch/core.h"
#include "coordinator/dispatch/core_state.h"
#include "coordinator/dispatch/unit_flow.h"
#include "decant/v1/worker.pb.h"

namespace decant {

class WorkerSync {
 public:
  WorkerSync(CoreState& state, UnitFlow& flow) : state_(state), flow_(flow) {}

  // Applies results and renews leases. The answer is made by AnswerReady.
  //
  // FailedPrecondition  another API version, or an older process of a worker
  //                     that was started anew: end.
  // Aborted             a later Sync of the same process came before.
  void Take(const v1::SyncRequest& request, Reply<v1::SyncReply> reply);

  // Answers every open Sync that has something to say or was held long
  // enough. Call after assignment.
  void AnswerReady();
  // Workers that fell silent or came back; sets workers_changed.
  void NoteLostWorkers();
  // When AnswerReady or NoteLostWorkers next has something to do.
  std::optional<absl::Duration> NextDeadline() const;
  // Answers all open Syncs with `status`: the core ends.
  void AnswerAll(const absl::Status& status);

 private:
  absl::Status CheckOrder(const v1::SyncRequest& request);
  // Registers the worker as it states itself; true when it is a new process.
  bool Register(const v1::SyncRequest& request);
  void ReleaseOlderLeases(const WorkerRecord& worker);
  void ApplyOutcomes(const v1::SyncRequest& request, OpenSync& sync);
  void RenewLeases(const v1::SyncRequest& request, OpenSync& sync);
  // The live lease of this worker that `id` names; nullopt: stale.
  std::optional<UnitKey> FindLease(const WorkerRecord& worker,
                                   const v1::LeaseId& id) const;
  absl::Duration HoldLimit(const WorkerRecord& worker,
                           const v1::SyncRequest& request) const;

  v1::SyncReply MakeReply(WorkerRecord& worker);
  void AddRun(const OpenSync& sync, const UnitKey& key, Lease& lease,
              v1::SyncReply& reply);
  // Whether the worker must hear something now.
  bool HasNews(const WorkerRecord& worker) const;
  std::set<std::string> StopsFor(const WorkerRecord& worker) const;

  CoreState& state_;
  UnitFlow& flow_;
};

}  // namespace decant

#endif  // DECANT_COORDINATOR_DISPATCH_WORKER_SYNC_H_
