// All policy of a worker daemon: what runs where, what is reported, when it
// stops. Pure: time is an argument, I/O comes in as events and goes out as
// commands, so that the daemon around it is thin and this is tested alone.
//
//   lease:   queued -> running -> finished (until acknowledged)
//               \         \-> ending -> released or dropped
//                \-> released or dropped
//
// The life of a runner stands in runner_slot.h.
#ifndef DECANT_WORKER_DAEMON_WORKER_STATE_H_
#define DECANT_WORKER_DAEMON_WORKER_STATE_H_

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/base/json.h"
#include "decant/v1/worker.pb.h"
#include "worker/daemon/command.h"
#include "worker/daemon/lease_key.h"
#include "worker/daemon/runner_process.h"
#include "worker/daemon/runner_slot.h"
#include "worker/daemon/sync_pacer.h"
#include "worker/frames/frame.h"

namespace decant {

// What a worker says of itself; fixed for its life.
struct WorkerDescription {
  struct Slot {
    std::string device;  // "cpu", "cuda:0"
    int64_t device_memory_bytes = 0;
    int64_t host_memory_bytes = 0;
  };
  std::string id;
  std::string incarnation;
  std::string host;
  std::string version;
  std::string numerics_class;
  std::map<std::string, int64_t> op_versions;
  std::vector<Slot> slots;
};

// Not thread-safe. `now` never runs backwards.
class WorkerState {
 public:
  explicit WorkerState(WorkerDescription description);

  // The coordinator's side. Exactly one call is in flight; a change that it
  // should hear of makes the parked one obsolete.
  bool WantsSync(absl::Duration now) const;
  bool ShouldAbandonSync() const { return pacer_.in_flight() && is_dirty_; }
  void AbandonSync(absl::Duration now) { pacer_.Abandon(now); }
  v1::SyncRequest BeginSync(absl::Duration now);
  absl::Duration AnswerTimeout(const v1::SyncRequest& request) const;
  void ApplyReply(const v1::SyncReply& reply, absl::Duration now);
  void ApplySyncError(int64_t sequence, const absl::Status& status,
                      absl::Duration now);

  // The runners' side. `log_tail` is what the attempt wrote last.
  void RunnerSaid(size_t slot, const Frame& frame, absl::string_view log_tail);
  void RunnerExited(size_t slot, const RunnerExit& exit,
                    absl::string_view log_tail, absl::Duration now);

  // The host's side.
  void SetWorkspaceNonce(absl::string_view nonce);
  // No new units; running ones may finish within `grace`, then are released.
  void Stop(absl::Duration grace, absl::Duration now);

  // Moves everything that is due. The commands must be carried out.
  std::vector<Command> Advance(absl::Duration now);
  // When Advance or WantsSync may have something new without any event.
  absl::Duration NextDeadline() const;

  const std::string& workspace() const { return workspace_; }
  const std::string& workspace_nonce() const { return nonce_; }
  bool is_connected() const { return pacer_.is_connected(); }
  // Holds no lease and owes no outcome.
  bool is_idle() const;
  // Stop() was called and nothing is left to do or to say.
  bool is_stopped(absl::Duration now) const;
  // Not OK: the coordinator refuses this worker for good.
  const absl::Status& fatal() const { return fatal_; }
  // What `slot` runs; nullptr when nothing.
  const LeaseKey* RunningLease(size_t slot) const;

 private:
  struct Queued {
    LeaseKey lease;
    Json order;
  };
  // A job whose sources this host cannot open.
  struct Ineligible {
    std::string reason;
    std::optional<absl::Duration> since;  // Of its first report.
  };

  // Parts of BeginSync.
  void AddSlots(v1::SyncRequest& request) const;
  void AddLeases(v1::SyncRequest& request) const;
  void AddIneligible(v1::SyncRequest& request, absl::Duration now);
  // Parts of ApplyReply.
  void Forget(absl::string_view new_store_id, absl::Duration now);
  void TakeRun(const v1::RunUnit& run);
  void TakeStop(const v1::StopUnit& stop, absl::Duration now);
  // Parts of Advance.
  void StopBeforeLeasesEnd(absl::Duration now);
  void StartNext(RunnerSlot& slot, absl::Duration now,
                 std::vector<Command>& commands);

  bool IsHeld(const LeaseKey& lease) const;
  bool takes_units() const { return !is_stopping_ && !is_draining_; }
  void AddFinished(const LeaseKey& lease, v1::UnitOutcome outcome);
  void ReleaseQueue();
  // Ends the slot's execution with `outcome`, unless it was dropped.
  void Finish(RunnerSlot& slot, v1::UnitOutcome outcome);
  void TakeFailure(RunnerSlot& slot, const FailedFrame& failed,
                   absl::string_view log_tail);

  const WorkerDescription description_;
  SyncPacer pacer_;
  std::vector<RunnerSlot> slots_;
  std::deque<Queued> queue_;  // In the order they were leased.
  std::map<LeaseKey, v1::UnitOutcome> finished_;
  std::map<std::string, Ineligible> ineligible_;  // By job id.
  std::string store_id_;
  std::string workspace_;
  std::string nonce_;
  int64_t last_attempt_ = 0;
  absl::Duration renewed_until_ = -absl::InfiniteDuration();
  bool is_dirty_ = false;      // Something to say that no call has said.
  bool is_draining_ = false;   // At the coordinator's wish.
  bool is_stopping_ = false;   // At ours.
  bool said_goodbye_ = false;  // A call that said so was answered.
  absl::Duration stop_deadline_ = absl::InfiniteDuration();
  absl::Status fatal_;
};

}  // namespace decant

#endif  // DECANT_WORKER_DAEMON_WORKER_STATE_H_
