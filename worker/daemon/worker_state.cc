#include "worker/daemon/worker_state.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/log.h"
#include "common/base/version.h"

namespace decant {
namespace {

// Units shorter than this finish when their job is paused.
constexpr absl::Duration kPauseGrace = absl::Seconds(60);
// After this a host may have mounted what it lacked.
constexpr absl::Duration kIneligibleTime = absl::Seconds(60);
// Time to end the last unit by force and to tell the coordinator.
constexpr absl::Duration kGoodbyeTime = absl::Seconds(15);

// The coordinator would answer the same to every further call.
bool IsRefusal(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kUnimplemented:
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kUnauthenticated:
      return true;
    default:
      return false;
  }
}

v1::UnitOutcome Released() {
  v1::UnitOutcome outcome;
  outcome.set_released(true);
  return outcome;
}

v1::UnitOutcome Failed(absl::StatusCode code, absl::string_view message,
                       absl::string_view log_tail) {
  v1::UnitOutcome outcome;
  v1::UnitError& error = *outcome.mutable_error();
  error.set_code(static_cast<int32_t>(code));
  error.set_message(std::string(message));
  error.set_log_tail(std::string(log_tail));
  return outcome;
}

}  // namespace

WorkerState::WorkerState(WorkerDescription description)
    : description_(std::move(description)), pacer_(description_.incarnation) {
  for (size_t i = 0; i < description_.slots.size(); ++i) {
    slots_.emplace_back(i);
  }
}

bool WorkerState::WantsSync(absl::Duration now) const {
  return now >= pacer_.next_call_at();
}

v1::SyncRequest WorkerState::BeginSync(absl::Duration now) {
  v1::SyncRequest request;
  request.set_api_version(kMaxApiVersion);
  request.set_worker_id(description_.id);
  request.set_incarnation(description_.incarnation);
  request.set_sequence(pacer_.Begin(now));
  request.set_store_id(store_id_);
  request.set_host(description_.host);
  request.set_numerics_class(description_.numerics_class);
  request.set_version(description_.version);
  request.set_draining(is_stopping_);
  request.set_workspace(workspace_);
  request.set_workspace_nonce(nonce_);
  for (const auto& [op, version] : description_.op_versions) {
    (*request.mutable_op_versions())[op] = version;
  }
  AddSlots(request);
  AddLeases(request);
  AddIneligible(request, now);
  // Whoever owes an outcome or sees no workspace is to hear back soon.
  const bool is_busy = !is_idle() || is_stopping_ || nonce_.empty();
  request.set_max_hold_micros(
      absl::ToInt64Microseconds(pacer_.HoldLimit(is_busy)));
  is_dirty_ = false;
  return request;
}

void WorkerState::AddSlots(v1::SyncRequest& request) const {
  for (size_t i = 0; i < slots_.size(); ++i) {
    const WorkerDescription::Slot& slot = description_.slots[i];
    v1::SlotState& state = *request.add_slots();
    state.set_index(static_cast<int32_t>(i));
    state.set_device(slot.device);
    state.set_device_memory_bytes(slot.device_memory_bytes);
    state.set_host_memory_bytes(slot.host_memory_bytes);
  }
}

void WorkerState::AddLeases(v1::SyncRequest& request) const {
  for (size_t i = 0; i < slots_.size(); ++i) {
    if (!slots_[i].is_holding()) continue;
    const Execution& execution = *slots_[i].execution();
    v1::RunningUnit& running = *request.add_running();
    *running.mutable_lease() = execution.lease.ToProto();
    running.set_slot(static_cast<int32_t>(i));
    running.set_started(true);
    running.set_progress_done(execution.done);
    running.set_progress_total(execution.total);
  }
  for (const Queued& queued : queue_) {
    v1::RunningUnit& running = *request.add_running();
    *running.mutable_lease() = queued.lease.ToProto();
    running.set_slot(-1);
  }
  for (const auto& [lease, outcome] : finished_) {
    *request.add_finished() = outcome;
  }
}

void WorkerState::AddIneligible(v1::SyncRequest& request, absl::Duration now) {
  for (auto it = ineligible_.begin(); it != ineligible_.end();) {
    if (!it->second.since.has_value()) it->second.since = now;
    if (now - *it->second.since >= kIneligibleTime) {
      it = ineligible_.erase(it);
      continue;
    }
    v1::IneligibleJob& entry = *request.add_ineligible();
    entry.set_job_id(it->first);
    entry.set_reason(it->second.reason);
    ++it;
  }
}

absl::Duration WorkerState::AnswerTimeout(
    const v1::SyncRequest& request) const {
  return pacer_.AnswerTimeout(absl::Microseconds(request.max_hold_micros()));
}

void WorkerState::ApplyReply(const v1::SyncReply& reply, absl::Duration now) {
  const bool is_current = pacer_.Succeed(
      reply.sequence(), absl::Microseconds(reply.lease_ttl_micros()),
      absl::Microseconds(reply.next_sync_micros()), now);
  if (!is_current) return;
  if (is_stopping_ && !is_dirty_) said_goodbye_ = true;
  if (workspace_ != reply.workspace()) {
    workspace_ = reply.workspace();
    nonce_.clear();
  }
  const bool is_other_store =
      !store_id_.empty() && reply.store_id() != store_id_;
  if (reply.reset() || is_other_store) {
    Forget(reply.store_id(), now);
    return;
  }
  store_id_ = reply.store_id();
  is_draining_ = reply.drain();
  for (const v1::LeaseId& lease : reply.acknowledged()) {
    finished_.erase(LeaseKey::FromProto(lease));
  }
  for (const v1::StopUnit& stop : reply.stop()) TakeStop(stop, now);
  for (const v1::RunUnit& run : reply.run()) TakeRun(run);
  if (!takes_units()) ReleaseQueue();
  if (is_dirty_) pacer_.Hurry(now);
}

void WorkerState::Forget(absl::string_view new_store_id, absl::Duration now) {
  Log(LogLevel::kWarning, absl::StrCat("the coordinator has another store (",
                                       new_store_id, "): dropping all leases"));
  store_id_ = std::string(new_store_id);
  nonce_.clear();
  queue_.clear();
  finished_.clear();
  ineligible_.clear();
  for (RunnerSlot& slot : slots_) slot.Drop();
  is_dirty_ = true;
  pacer_.Hurry(now);
}

void WorkerState::TakeRun(const v1::RunUnit& run) {
  const LeaseKey lease = LeaseKey::FromProto(run.lease());
  for (RunnerSlot& slot : slots_) {
    Execution* execution = slot.execution();
    if (execution == nullptr || !execution->lease.IsSameUnit(lease)) continue;
    if (execution->lease.epoch > lease.epoch) return;
    if (execution->lease.epoch < lease.epoch) slot.Drop();
    // Listed to run again: the pause is over.
    if (!is_stopping_) execution->release_at = absl::InfiniteDuration();
  }
  if (IsHeld(lease) || run.order_json().empty()) return;
  queue_.erase(std::remove_if(queue_.begin(), queue_.end(),
                              [&](const Queued& queued) {
                                return queued.lease.IsSameUnit(lease);
                              }),
               queue_.end());
  absl::StatusOr<Json> order = ParseJson(run.order_json(), "unit order");
  if (order.ok()) {
    queue_.push_back({lease, *std::move(order)});
    return;
  }
  AddFinished(lease,
              Failed(order.status().code(), order.status().message(), ""));
}

void WorkerState::TakeStop(const v1::StopUnit& stop, absl::Duration now) {
  const LeaseKey lease = LeaseKey::FromProto(stop.lease());
  const bool is_stale = stop.why() == v1::StopUnit::WHY_STALE;
  if (is_stale) finished_.erase(lease);
  const auto queued =
      std::find_if(queue_.begin(), queue_.end(),
                   [&](const Queued& entry) { return entry.lease == lease; });
  if (queued != queue_.end()) {
    // The next call no longer lists it, which releases it.
    queue_.erase(queued);
    is_dirty_ = true;
  }
  for (RunnerSlot& slot : slots_) {
    if (!slot.Holds(lease)) continue;
    if (is_stale) {
      slot.Drop();
    } else if (stop.why() == v1::StopUnit::WHY_PAUSED) {
      slot.ReleaseAt(now + kPauseGrace);
    } else {
      slot.Release();
    }
  }
}

void WorkerState::ApplySyncError(int64_t sequence, const absl::Status& status,
                                 absl::Duration now) {
  if (!pacer_.Fail(sequence, now)) return;
  if (IsRefusal(status)) fatal_ = status;
}

bool WorkerState::IsHeld(const LeaseKey& lease) const {
  return finished_.count(lease) > 0 ||
         std::any_of(
             queue_.begin(), queue_.end(),
             [&](const Queued& queued) { return queued.lease == lease; }) ||
         std::any_of(slots_.begin(), slots_.end(),
                     [&](const RunnerSlot& slot) { return slot.Holds(lease); });
}

void WorkerState::AddFinished(const LeaseKey& lease, v1::UnitOutcome outcome) {
  *outcome.mutable_lease() = lease.ToProto();
  finished_[lease] = std::move(outcome);
  is_dirty_ = true;
}

void WorkerState::ReleaseQueue() {
  for (const Queued& queued : queue_) AddFinished(queued.lease, Released());
  queue_.clear();
}

void WorkerState::Finish(RunnerSlot& slot, v1::UnitOutcome outcome) {
  const Execution execution = slot.TakeExecution();
  is_dirty_ = true;
  if (execution.ending == Ending::kDropped) return;
  // A result made in spite of the stop is worth as much as any other.
  if (execution.ending == Ending::kReleased && !outcome.has_result_json()) {
    outcome = Released();
  }
  AddFinished(execution.lease, std::move(outcome));
}

void WorkerState::TakeFailure(RunnerSlot& slot, const FailedFrame& failed,
                              absl::string_view log_tail) {
  const std::string& job_id = slot.execution()->lease.job_id;
  if (failed.ineligible) {
    ineligible_[job_id] = {failed.message, std::nullopt};
    Log(LogLevel::kWarning, absl::StrCat("this host cannot work on job ",
                                         job_id, ": ", failed.message));
    Finish(slot, Released());
    return;
  }
  v1::UnitOutcome outcome = Failed(static_cast<absl::StatusCode>(failed.code),
                                   failed.message, log_tail);
  outcome.mutable_error()->set_lost_artifact(failed.lost_artifact);
  outcome.set_run_micros(failed.run_micros);
  Finish(slot, std::move(outcome));
}

void WorkerState::RunnerSaid(size_t index, const Frame& frame,
                             absl::string_view log_tail) {
  RunnerSlot& slot = slots_[index];
  if (std::holds_alternative<HelloFrame>(frame)) slot.NoteHello();
  Execution* execution = slot.execution();
  if (execution == nullptr) return;
  if (const auto* progress = std::get_if<ProgressFrame>(&frame)) {
    if (progress->attempt != execution->attempt) return;
    execution->done = progress->done;
    execution->total = progress->total;
  } else if (const auto* done = std::get_if<DoneFrame>(&frame)) {
    if (done->attempt != execution->attempt) return;
    v1::UnitOutcome outcome;
    outcome.set_result_json(CanonicalJson(done->result));
    outcome.set_run_micros(done->run_micros);
    Finish(slot, std::move(outcome));
  } else if (const auto* failed = std::get_if<FailedFrame>(&frame)) {
    if (failed->attempt != execution->attempt) return;
    TakeFailure(slot, *failed, log_tail);
  }
}

void WorkerState::RunnerExited(size_t index, const RunnerExit& exit,
                               absl::string_view log_tail, absl::Duration now) {
  RunnerSlot& slot = slots_[index];
  if (slot.is_holding() && !exit.lease_ran_out) {
    const LeaseKey lease = slot.execution()->lease;
    v1::UnitOutcome outcome = Failed(
        absl::StatusCode::kUnavailable,
        absl::StrCat("the runner ", exit.how, " while it ran ", lease.unit_id),
        log_tail);
    outcome.mutable_error()->set_runner_died(true);
    Log(LogLevel::kWarning, absl::StrCat("the runner ", exit.how,
                                         " while it ran ", lease.ToString()));
    Finish(slot, std::move(outcome));
  } else if (slot.execution() != nullptr) {
    slot.Drop();
    Finish(slot, v1::UnitOutcome());
  } else if (!slot.is_killed()) {
    Log(LogLevel::kError, absl::StrCat("the runner of slot ", index, " ",
                                       exit.how, ": ", log_tail));
  }
  slot.NoteExit(now);
}

void WorkerState::SetWorkspaceNonce(absl::string_view nonce) {
  if (nonce_ == nonce) return;
  nonce_ = std::string(nonce);
  is_dirty_ = true;
}

void WorkerState::Stop(absl::Duration grace, absl::Duration now) {
  is_stopping_ = true;
  is_dirty_ = true;
  stop_deadline_ = now + grace + kGoodbyeTime;
  ReleaseQueue();
  for (RunnerSlot& slot : slots_) slot.ReleaseAt(now + grace);
}

std::vector<Command> WorkerState::Advance(absl::Duration now) {
  std::vector<Command> commands;
  StopBeforeLeasesEnd(now);
  const absl::Duration deadline = pacer_.lease_deadline();
  const bool is_renewed = deadline != renewed_until_;
  renewed_until_ = deadline;
  for (size_t i = 0; i < slots_.size(); ++i) {
    RunnerSlot& slot = slots_[i];
    if (is_renewed && slot.is_busy()) {
      const int64_t remaining_ms = absl::ToInt64Milliseconds(deadline - now);
      commands.push_back(
          SendCommand{i, RenewFrame{.remaining_ms = remaining_ms}});
    }
    if (slot.is_idle() && takes_units()) StartNext(slot, now, commands);
    slot.Advance(/*may_start=*/!is_stopping_, now, commands);
  }
  if (is_dirty_) pacer_.Hurry(now);
  return commands;
}

void WorkerState::StopBeforeLeasesEnd(absl::Duration now) {
  if (now < pacer_.lease_deadline()) return;
  bool stopped = !queue_.empty();
  queue_.clear();
  for (RunnerSlot& slot : slots_) {
    stopped = stopped || slot.is_holding();
    slot.Drop();
  }
  if (!stopped) return;
  Log(LogLevel::kWarning,
      "no answer from the coordinator for 5/6 of a lease: stopping all units");
}

void WorkerState::StartNext(RunnerSlot& slot, absl::Duration now,
                            std::vector<Command>& commands) {
  // A dropped attempt of the same epoch shares its folder: it must be dead
  // first.
  const auto is_on_a_slot = [this](const LeaseKey& lease) {
    return std::any_of(slots_.begin(), slots_.end(),
                       [&](const RunnerSlot& other) {
                         return other.execution() != nullptr &&
                                other.execution()->lease == lease;
                       });
  };
  const auto next = std::find_if(
      queue_.begin(), queue_.end(),
      [&](const Queued& queued) { return !is_on_a_slot(queued.lease); });
  if (next == queue_.end()) return;
  RunFrame run;
  run.attempt = ++last_attempt_;
  run.order = std::move(next->order);
  run.remaining_ms = absl::ToInt64Milliseconds(pacer_.lease_deadline() - now);
  slot.Begin(std::move(next->lease), std::move(run), commands);
  queue_.erase(next);
}

absl::Duration WorkerState::NextDeadline() const {
  absl::Duration next = pacer_.next_call_at();
  if (is_stopping_) next = std::min(next, stop_deadline_);
  bool holds_leases = !queue_.empty();
  for (const RunnerSlot& slot : slots_) {
    next = std::min(next, slot.NextDeadline(/*may_start=*/!is_stopping_));
    holds_leases = holds_leases || slot.is_holding();
  }
  return holds_leases ? std::min(next, pacer_.lease_deadline()) : next;
}

bool WorkerState::is_idle() const {
  return queue_.empty() && finished_.empty() &&
         std::none_of(slots_.begin(), slots_.end(), [](const RunnerSlot& slot) {
           return slot.execution() != nullptr;
         });
}

bool WorkerState::is_stopped(absl::Duration now) const {
  if (!is_stopping_) return false;
  return (is_idle() && said_goodbye_) || now >= stop_deadline_;
}

const LeaseKey* WorkerState::RunningLease(size_t slot) const {
  const Execution* execution = slots_[slot].execution();
  return execution == nullptr ? nullptr : &execution->lease;
}

}  // namespace decant
