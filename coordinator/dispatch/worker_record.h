// A worker as the core holds it in memory. Plain data.
#ifndef DECANT_COORDINATOR_DISPATCH_WORKER_RECORD_H_
#define DECANT_COORDINATOR_DISPATCH_WORKER_RECORD_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "coordinator/dispatch/core.h"
#include "coordinator/schedule/ready_queue.h"
#include "coordinator/schedule/unit_key.h"
#include "decant/v1/worker.pb.h"

namespace decant {

// The one Sync of a worker that waits for its answer.
struct OpenSync {
  int64_t sequence = 0;
  Reply<v1::SyncReply> reply;
  absl::Duration hold_until;
  bool is_urgent = false;    // There is something to say.
  std::set<UnitKey> listed;  // Live leases the worker has.
  std::vector<v1::LeaseId> acknowledged;
  std::vector<v1::LeaseId> stale;  // It runs them, but lost them.
};

struct WorkerRecord {
  std::string id;
  std::string incarnation;
  std::set<std::string> retired_incarnations;
  int64_t last_sequence = 0;
  std::string host;
  std::string version;
  std::string numerics_class;
  std::map<std::string, int64_t> op_versions;
  std::vector<v1::SlotState> slots;
  bool is_draining = false;
  bool sees_workspace = false;
  std::map<std::string, std::string> ineligible;  // Job id -> reason.
  std::set<int64_t> ineligible_jobs;              // The same, as numbers.

  absl::Duration last_contact;
  int64_t last_sync_unix_micros = 0;
  bool was_lost = false;
  std::optional<OpenSync> sync;
  // Stops of the last reply: told once at once, then at every reply.
  std::set<std::string> stops_told;
  // Scheduler version at which this worker was offered nothing.
  int64_t nothing_at_version = -1;

  bool has_cuda() const;
  // What a slot of this worker offers: the least of each kind of memory,
  // because a unit may land on any of them.
  SlotOffer Offer() const;
};

}  // namespace decant

#endif  // DECANT_COORDINATOR_DISPATCH_WORKER_RECORD_H_
