// One slot: its runner's life and the unit on it. Pure.
//
//   dead -> starting -> idle <-> busy -> dying;  any -> dead
#ifndef DECANT_WORKER_DAEMON_RUNNER_SLOT_H_
#define DECANT_WORKER_DAEMON_RUNNER_SLOT_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/time/time.h"
#include "worker/daemon/command.h"
#include "worker/daemon/lease_key.h"

namespace decant {

// What becomes of a unit that is to end early. Released: the coordinator is
// told that the attempt counts nothing. Dropped: the lease is not ours any
// more, nothing is said.
enum class Ending { kNone, kReleased, kDropped };

// One attempt at a unit.
struct Execution {
  LeaseKey lease;
  int64_t attempt = 0;  // As in RunFrame.
  int64_t done = 0;
  int64_t total = 0;
  Ending ending = Ending::kNone;
  // When it is released if it has not finished by itself.
  absl::Duration release_at = absl::InfiniteDuration();
  bool cancel_sent = false;
};

// Not thread-safe.
class RunnerSlot {
 public:
  explicit RunnerSlot(size_t index) : index_(index) {}

  bool is_idle() const { return phase_ == Phase::kIdle; }
  bool is_busy() const { return phase_ == Phase::kBusy; }
  // The daemon asked for the end of this runner.
  bool is_killed() const { return kill_sent_; }
  // Null when no unit is on it.
  Execution* execution() {
    return execution_.has_value() ? &*execution_ : nullptr;
  }
  const Execution* execution() const {
    return execution_.has_value() ? &*execution_ : nullptr;
  }
  // Whether the unit on it is still ours to list.
  bool Holds(const LeaseKey& lease) const;
  bool is_holding() const {
    return execution_.has_value() && execution_->ending != Ending::kDropped;
  }

  // The unit's lease is lost: its runner is killed at the next Advance.
  void Drop();
  // The unit is cancelled, and killed when it does not end soon.
  void Release();
  // As Release, unless it ends before `when`.
  void ReleaseAt(absl::Duration when);

  // Idle slots only: `run` goes to the runner.
  void Begin(LeaseKey lease, RunFrame run, std::vector<Command>& commands);
  // The runner's first word.
  void NoteHello();
  // The runner reported the end of its unit, or ended with it.
  Execution TakeExecution();
  // The process is gone; it is started again, with a growing delay when it
  // never spoke.
  void NoteExit(absl::Duration now);

  // Starts (if `may_start`), cancels and kills what is due.
  void Advance(bool may_start, absl::Duration now,
               std::vector<Command>& commands);
  // When Advance may have something to do.
  absl::Duration NextDeadline(bool may_start) const;

 private:
  enum class Phase { kDead, kStarting, kIdle, kBusy, kDying };

  void EndExecution(absl::Duration now, std::vector<Command>& commands);

  const size_t index_;
  Phase phase_ = Phase::kDead;
  absl::Duration start_at_ = -absl::InfiniteDuration();  // While dead.
  absl::Duration kill_at_ = absl::InfiniteDuration();
  bool kill_sent_ = false;
  int64_t failed_starts_ = 0;
  std::optional<Execution> execution_;  // While busy.
};

}  // namespace decant

#endif  // DECANT_WORKER_DAEMON_RUNNER_SLOT_H_
