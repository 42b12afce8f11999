#include "coordinator/dispatch/worker_sync.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/digest.h"
#include "common/base/json.h"
#include "common/base/version.h"
#include "coordinator/dispatch/unit_order.h"

namespace decant {
namespace {

// A worker that ignores a lease is told again at each hold, not in a loop.
constexpr int kMaxUrgentSends = 3;

// 0.8 to 1, the same for the same worker and call: parked polls of a thousand
// workers must not all end at once.
double Jitter(const std::string& worker_id, int64_t sequence) {
  const auto hash = Sha256(absl::StrCat(worker_id, "/", sequence));
  return 0.8 + 0.2 * (hash[0] / 255.0);
}

std::string StopName(const v1::LeaseId& lease, v1::StopUnit::Why why) {
  return absl::StrCat(lease.job_id(), "/", lease.unit_id(), "/", lease.epoch(),
                      "/", static_cast<int>(why));
}

v1::StopUnit::Why WhyOf(Lease::Stop stop) {
  return stop == Lease::Stop::kPaused ? v1::StopUnit::WHY_PAUSED
                                      : v1::StopUnit::WHY_CANCELLED;
}

}  // namespace

void WorkerSync::Take(const v1::SyncRequest& request,
                      Reply<v1::SyncReply> reply) {
  ++state_.metrics.syncs;
  const absl::Status order = CheckOrder(request);
  if (!order.ok()) {
    state_.Answer<v1::SyncReply>(std::move(reply), order);
    return;
  }
  if (!request.store_id().empty() &&
      request.store_id() != state_.store.store_id()) {
    v1::SyncReply reset;
    reset.set_store_id(state_.store.store_id());
    reset.set_sequence(request.sequence());
    reset.set_lease_ttl_micros(
        absl::ToInt64Microseconds(state_.options.lease_ttl));
    reset.set_workspace(state_.options.workspace);
    reset.set_reset(true);
    state_.Answer<v1::SyncReply>(std::move(reply), std::move(reset));
    return;
  }
  const bool is_new_process = Register(request);
  WorkerRecord& worker = state_.workers[request.worker_id()];
  OpenSync sync;
  sync.sequence = request.sequence();
  sync.reply = std::move(reply);
  // A new process learns the workspace and the store from its first reply.
  sync.is_urgent = is_new_process || request.store_id().empty();
  ApplyOutcomes(request, sync);
  RenewLeases(request, sync);
  sync.hold_until = state_.now.steady + HoldLimit(worker, request);
  worker.sync = std::move(sync);
}

absl::Status WorkerSync::CheckOrder(const v1::SyncRequest& request) {
  if (request.api_version() < kMinApiVersion ||
      request.api_version() > kMaxApiVersion) {
    return absl::FailedPreconditionError(absl::StrCat(
        "worker ", request.worker_id(), " speaks API version ",
        request.api_version(), ", this coordinator speaks ", kMinApiVersion,
        " to ", kMaxApiVersion, ": install the same release on both"));
  }
  if (request.worker_id().empty() || request.incarnation().empty()) {
    return absl::InvalidArgumentError(
        "sync: worker_id and incarnation must not be empty");
  }
  const auto it = state_.workers.find(request.worker_id());
  if (it == state_.workers.end()) return absl::OkStatus();
  const WorkerRecord& worker = it->second;
  if (worker.retired_incarnations.count(request.incarnation()) > 0) {
    return absl::FailedPreconditionError(
        absl::StrCat("worker ", worker.id,
                     " was started anew elsewhere: this process must end"));
  }
  if (worker.incarnation == request.incarnation() &&
      request.sequence() <= worker.last_sequence) {
    return absl::AbortedError(
        absl::StrCat("sync ", request.sequence(), " of worker ", worker.id,
                     " came after ", worker.last_sequence, ": ignored"));
  }
  return absl::OkStatus();
}

bool WorkerSync::Register(const v1::SyncRequest& request) {
  WorkerRecord& worker = state_.workers[request.worker_id()];
  worker.id = request.worker_id();
  const bool is_new_process = worker.incarnation != request.incarnation();
  const bool was_usable = state_.IsUsable(worker);
  if (worker.sync.has_value()) {
    // Its caller has gone on to this call.
    state_.Answer<v1::SyncReply>(
        std::move(worker.sync->reply),
        absl::AbortedError("a later sync of the same worker came"));
    worker.sync.reset();
  }
  if (is_new_process) {
    if (!worker.incarnation.empty()) {
      worker.retired_incarnations.insert(worker.incarnation);
    }
    worker.incarnation = request.incarnation();
    worker.stops_told.clear();
    ReleaseOlderLeases(worker);
  }
  const bool changed = is_new_process || worker.host != request.host() ||
                       worker.numerics_class != request.numerics_class();
  worker.last_sequence = request.sequence();
  worker.host = request.host();
  worker.version = request.version();
  worker.numerics_class = request.numerics_class();
  worker.op_versions = {request.op_versions().begin(),
                        request.op_versions().end()};
  worker.slots = {request.slots().begin(), request.slots().end()};
  worker.is_draining = request.draining();
  worker.sees_workspace =
      state_.options.workspace_nonce.empty() ||
      request.workspace_nonce() == state_.options.workspace_nonce;
  const size_t num_ineligible = worker.ineligible.size();
  worker.ineligible.clear();
  worker.ineligible_jobs.clear();
  for (const v1::IneligibleJob& entry : request.ineligible()) {
    worker.ineligible[entry.job_id()] = entry.reason();
    const JobRecord* job = state_.FindJob(entry.job_id());
    if (job != nullptr) worker.ineligible_jobs.insert(job->number);
  }
  worker.last_contact = state_.now.steady;
  worker.last_sync_unix_micros = state_.now.unix_micros;
  if (changed) {
    state_.pending.workers.push_back({worker.id, worker.incarnation,
                                      worker.host, worker.numerics_class,
                                      worker.last_sync_unix_micros});
  }
  if (changed || was_usable != state_.IsUsable(worker) ||
      num_ineligible != worker.ineligible.size()) {
    state_.workers_changed = true;
    worker.nothing_at_version = -1;
  }
  return is_new_process;
}

void WorkerSync::ReleaseOlderLeases(const WorkerRecord& worker) {
  const std::set<UnitKey> leases = state_.leases.OfWorker(worker.id);
  for (const UnitKey& key : leases) {
    if (state_.leases.Find(key)->incarnation != worker.incarnation) {
      flow_.Release(key, "the worker was started anew");
    }
  }
}

std::optional<UnitKey> WorkerSync::FindLease(const WorkerRecord& worker,
                                             const v1::LeaseId& id) const {
  JobRecord* job = state_.FindJob(id.job_id());
  if (job == nullptr) return std::nullopt;
  const auto unit = job->unit_index.find(id.unit_id());
  if (unit == job->unit_index.end()) return std::nullopt;
  const UnitKey key = {job->number, unit->second};
  const Lease* lease = state_.leases.Find(key);
  if (lease == nullptr || lease->epoch != id.epoch() ||
      lease->worker_id != worker.id ||
      lease->incarnation != worker.incarnation) {
    return std::nullopt;
  }
  return key;
}

void WorkerSync::ApplyOutcomes(const v1::SyncRequest& request, OpenSync& sync) {
  const WorkerRecord& worker = state_.workers[request.worker_id()];
  for (const v1::UnitOutcome& outcome : request.finished()) {
    const std::optional<UnitKey> key = FindLease(worker, outcome.lease());
    if (key.has_value()) {
      flow_.Finish(*key, outcome);
    } else {
      ++state_.metrics.results_refused["stale"];
    }
    sync.acknowledged.push_back(outcome.lease());
    sync.is_urgent = true;
  }
}

void WorkerSync::RenewLeases(const v1::SyncRequest& request, OpenSync& sync) {
  const WorkerRecord& worker = state_.workers[request.worker_id()];
  for (const v1::RunningUnit& running : request.running()) {
    const std::optional<UnitKey> key = FindLease(worker, running.lease());
    if (!key.has_value()) {
      sync.stale.push_back(running.lease());
      continue;
    }
    Lease& lease = *state_.leases.Find(*key);
    sync.listed.insert(*key);
    // Pausing takes back what waits; what has begun may finish.
    if (running.started() && lease.stop == Lease::Stop::kPaused) {
      lease.stop = Lease::Stop::kNone;
    }
    if (lease.started != running.started() ||
        lease.progress_done != running.progress_done()) {
      lease.started = running.started();
      lease.progress_done = running.progress_done();
      lease.progress_total = running.progress_total();
      state_.BumpJob(state_.job(key->job));
    }
  }
  const std::set<UnitKey> leases = state_.leases.OfWorker(worker.id);
  for (const UnitKey& key : leases) {
    const Lease& lease = *state_.leases.Find(key);
    if (sync.listed.count(key) == 0 && lease.stop != Lease::Stop::kNone) {
      // Told to stop, and it holds it no more (or never did).
      flow_.Release(key, "stopped");
      continue;
    }
    state_.leases.Renew(key, state_.now.steady);
  }
}

absl::Duration WorkerSync::HoldLimit(const WorkerRecord& worker,
                                     const v1::SyncRequest& request) const {
  const absl::Duration ttl = state_.options.lease_ttl;
  const bool is_busy =
      request.running_size() > 0 || !state_.leases.OfWorker(worker.id).empty();
  // A worker that does not see the workspace looks again soon.
  const absl::Duration cap = is_busy || !worker.sees_workspace
                                 ? ttl / 12
                                 : std::min(ttl / 2, absl::Seconds(30));
  return std::min(absl::Microseconds(request.max_hold_micros()),
                  cap * Jitter(worker.id, request.sequence()));
}

std::set<std::string> WorkerSync::StopsFor(const WorkerRecord& worker) const {
  std::set<std::string> stops;
  for (const v1::LeaseId& lease : worker.sync->stale) {
    stops.insert(StopName(lease, v1::StopUnit::WHY_STALE));
  }
  for (const UnitKey& key : worker.sync->listed) {
    const Lease* lease = state_.leases.Find(key);
    // Ended since the worker listed it: it hears of that at its next call.
    if (lease == nullptr || lease->stop == Lease::Stop::kNone) continue;
    stops.insert(StopName(LeaseIdOf(state_, *lease), WhyOf(lease->stop)));
  }
  return stops;
}

bool WorkerSync::HasNews(const WorkerRecord& worker) const {
  const OpenSync& sync = *worker.sync;
  if (sync.is_urgent) return true;
  for (const UnitKey& key : state_.leases.OfWorker(worker.id)) {
    const Lease& lease = *state_.leases.Find(key);
    if (sync.listed.count(key) == 0 && lease.stop == Lease::Stop::kNone &&
        lease.num_sends < kMaxUrgentSends) {
      return true;
    }
  }
  return StopsFor(worker) != worker.stops_told;
}

void WorkerSync::AddRun(const OpenSync& sync, const UnitKey& key, Lease& lease,
                        v1::SyncReply& reply) {
  const JobRecord& job = state_.job(key.job);
  const UnitRecord& unit = job.units[key.unit];
  v1::RunUnit& run = *reply.add_run();
  *run.mutable_lease() = LeaseIdOf(state_, lease);
  run.set_device_memory_bytes(unit.spec.cost.device_memory_bytes);
  run.set_host_memory_bytes(unit.spec.cost.host_memory_bytes);
  if (sync.listed.count(key) > 0) return;
  ++lease.num_sends;
  run.set_order_json(
      OrderJson(job, unit, lease.epoch, state_.options.workspace));
}

v1::SyncReply WorkerSync::MakeReply(WorkerRecord& worker) {
  const OpenSync& sync = *worker.sync;
  v1::SyncReply reply;
  reply.set_store_id(state_.store.store_id());
  reply.set_sequence(sync.sequence);
  reply.set_lease_ttl_micros(
      absl::ToInt64Microseconds(state_.options.lease_ttl));
  reply.set_workspace(state_.options.workspace);
  // Call again at once: the pace is set by how long replies are held.
  reply.set_next_sync_micros(0);
  for (const v1::LeaseId& lease : sync.acknowledged) {
    *reply.add_acknowledged() = lease;
  }
  for (const v1::LeaseId& lease : sync.stale) {
    v1::StopUnit& stop = *reply.add_stop();
    *stop.mutable_lease() = lease;
    stop.set_why(v1::StopUnit::WHY_STALE);
  }
  for (const UnitKey& key : state_.leases.OfWorker(worker.id)) {
    Lease& lease = *state_.leases.Find(key);
    if (lease.stop == Lease::Stop::kNone) {
      AddRun(sync, key, lease, reply);
    } else if (sync.listed.count(key) > 0) {
      v1::StopUnit& stop = *reply.add_stop();
      *stop.mutable_lease() = LeaseIdOf(state_, lease);
      stop.set_why(WhyOf(lease.stop));
    }
  }
  worker.stops_told = StopsFor(worker);
  return reply;
}

void WorkerSync::AnswerReady() {
  for (auto& [id, worker] : state_.workers) {
    if (!worker.sync.has_value()) continue;
    if (!HasNews(worker) && worker.sync->hold_until > state_.now.steady) {
      continue;
    }
    v1::SyncReply reply = MakeReply(worker);
    state_.Answer<v1::SyncReply>(std::move(worker.sync->reply),
                                 std::move(reply));
    worker.sync.reset();
    worker.last_contact = state_.now.steady;
  }
}

void WorkerSync::NoteLostWorkers() {
  for (auto& [id, worker] : state_.workers) {
    const bool is_lost = state_.IsLost(worker);
    if (is_lost == worker.was_lost) continue;
    worker.was_lost = is_lost;
    state_.workers_changed = true;
  }
}

std::optional<absl::Duration> WorkerSync::NextDeadline() const {
  std::optional<absl::Duration> next;
  for (const auto& [id, worker] : state_.workers) {
    if (worker.was_lost) continue;
    const absl::Duration deadline =
        worker.sync.has_value()
            ? worker.sync->hold_until
            : worker.last_contact + state_.options.lease_ttl * 13 / 12 +
                  absl::Milliseconds(1);
    if (!next.has_value() || deadline < *next) next = deadline;
  }
  return next;
}

void WorkerSync::AnswerAll(const absl::Status& status) {
  for (auto& [id, worker] : state_.workers) {
    if (!worker.sync.has_value()) continue;
    worker.sync->reply(status);
    worker.sync.reset();
  }
}

}  // namespace decant
