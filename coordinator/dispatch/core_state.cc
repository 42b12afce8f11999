#include "coordinator/dispatch/core_state.h"

#include <cstdlib>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/status_macros.h"

namespace decant {
namespace {

// Leases of a job are told to end when it stops; when it pauses, only those
// whose unit waits behind another one on its worker.
void SetStops(const JobRecord& job, LeaseBook& leases) {
  for (const UnitKey& unit : leases.OfJob(job.number)) {
    Lease& lease = *leases.Find(unit);
    if (job.row.phase.state == JobState::kStopping) {
      lease.stop = Lease::Stop::kCancelled;
    } else if (job.row.phase.state == JobState::kPaused && !lease.started) {
      lease.stop = Lease::Stop::kPaused;
    } else {
      lease.stop = Lease::Stop::kNone;
    }
  }
}

}  // namespace

CoreState::CoreState(CoreOptions core_options, Store& core_store,
                     JobFiles& core_files)
    : options(std::move(core_options)),
      store(core_store),
      files(core_files),
      leases(options.lease_ttl) {}

absl::Status CoreState::Load() {
  ASSIGN_OR_RETURN(StoreSnapshot snapshot, store.LoadAll());
  std::map<std::string, std::vector<StoredUnit>> units;
  for (StoredUnit& unit : snapshot.units) {
    units[unit.first.job_id].push_back(std::move(unit));
  }
  for (const JobRow& row : snapshot.jobs) {
    ASSIGN_OR_RETURN(JobRecord loaded, JobFromRow(row));
    if (!IsFinal(row.phase.state)) {
      RETURN_IF_ERROR(AttachUnits(loaded, units[row.id]));
    }
    auto owned = std::make_unique<JobRecord>(std::move(loaded));
    JobRecord& job = *owned;
    job.number = next_job_number_++;
    // Nobody knows any more what was found there.
    job.must_inspect_output = row.phase.state == JobState::kPlanning;
    job_numbers_[row.id] = job.number;
    jobs[job.number] = std::move(owned);
    AddLoadedLeases(job);
    OpenOrClose(job);
    if (!IsFinal(row.phase.state)) touched_jobs.insert(job.number);
  }
  for (const WorkerRow& row : snapshot.workers) {
    WorkerRecord& worker = workers[row.id];
    worker.id = row.id;
    worker.incarnation = row.incarnation;
    worker.host = row.host;
    worker.numerics_class = row.numerics_class;
    worker.last_contact = now.steady;
    worker.last_sync_unix_micros = row.last_seen_unix_micros;
  }
  return absl::OkStatus();
}

void CoreState::AddLoadedLeases(JobRecord& job) {
  for (size_t i = 0; i < job.units.size(); ++i) {
    const UnitStatusRow& row = job.units[i].row;
    if (row.state != UnitState::kLeased) continue;
    leases.Grant({job.number, i}, row.worker_id, row.worker_incarnation,
                 row.epoch, now.steady);
    scheduler.CountRunning(job.number, 1);
  }
  SetStops(job, leases);
}

// Opens the job in the scheduler and lists its ready units, if it may run.
void CoreState::OpenOrClose(JobRecord& job) {
  if (!IsOpen(job)) {
    scheduler.CloseJob(job.number);
    return;
  }
  scheduler.OpenJob(job.number, job.row.numerics_class);
  for (size_t i = 0; i < job.units.size(); ++i) {
    const UnitKey key = {job.number, i};
    FollowInputs(key);
    const UnitRecord& unit = job.units[i];
    if (unit.row.state == UnitState::kReady &&
        unit.lookup == UnitRecord::Lookup::kNone) {
      to_look_up.push_back(key);
    }
  }
}

JobRecord& CoreState::AddJob(JobRecord new_job) {
  auto owned = std::make_unique<JobRecord>(std::move(new_job));
  JobRecord& job = *owned;
  job.number = next_job_number_++;
  job.row.created_unix_micros = now.unix_micros;
  job_numbers_[job.row.id] = job.number;
  jobs[job.number] = std::move(owned);
  for (size_t i = 0; i < job.units.size(); ++i) {
    const UnitSpec& spec = job.units[i].spec;
    pending.unit_specs.push_back({job.row.id, spec.id, static_cast<int64_t>(i),
                                  CanonicalJson(spec.ToJson())});
    TouchUnit({job.number, i});
  }
  TouchJob(job);
  return job;
}

JobRecord* CoreState::FindJob(const std::string& job_id) {
  const auto it = job_numbers_.find(job_id);
  return it == job_numbers_.end() ? nullptr : jobs.at(it->second).get();
}

absl::StatusOr<JobRecord*> CoreState::GetJob(const std::string& job_id) {
  JobRecord* job = FindJob(job_id);
  if (job != nullptr) return job;
  return absl::NotFoundError(
      absl::StrCat("no such job: '", job_id, "' (decant ls shows all)"));
}

absl::Status CoreState::NeedUnits(JobRecord& job) {
  if (job.has_units) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::vector<StoredUnit> units,
                   store.LoadUnits(job.row.id));
  return AttachUnits(job, units);
}

void CoreState::MoveUnit(const UnitKey& key, UnitEvent event) {
  JobRecord& owner = job(key.job);
  UnitRecord& record = owner.units[key.unit];
  const UnitState old = record.row.state;
  const absl::StatusOr<UnitState> next = NextState(old, event);
  if (!next.ok()) {
    Log(LogLevel::kError,
        absl::StrCat("bug: ", owner.row.id, "/", record.spec.id, ": ",
                     next.status().message()));
    std::abort();
  }
  if (old == UnitState::kReady) {
    scheduler.RemoveReady(key);
    delayed.erase({record.not_before, key});
    record.lookup = UnitRecord::Lookup::kNone;
    ++record.lookup_ticket;
  }
  if (old == UnitState::kLeased) scheduler.CountRunning(key.job, -1);
  if (*next == UnitState::kLeased) scheduler.CountRunning(key.job, 1);
  if (*next == UnitState::kReady) to_look_up.push_back(key);
  SetUnitState(owner, key.unit, *next);
  TouchUnit(key);
  if (old == UnitState::kDone || *next == UnitState::kDone) {
    for (size_t consumer : record.consumers) FollowInputs({key.job, consumer});
  }
}

void CoreState::FollowInputs(const UnitKey& key) {
  const UnitRecord& record = unit(key);
  if (record.row.state == UnitState::kBlocked && record.missing_inputs == 0) {
    MoveUnit(key, UnitEvent::kInputsDone);
  } else if (record.row.state == UnitState::kReady &&
             record.missing_inputs > 0) {
    MoveUnit(key, UnitEvent::kInputsLost);
  }
}

void CoreState::TouchUnit(const UnitKey& key) {
  JobRecord& owner = job(key.job);
  UnitRecord& record = owner.units[key.unit];
  BumpJob(owner);
  if (record.is_dirty) return;
  record.is_dirty = true;
  dirty_units_.push_back(key);
}

absl::Status CoreState::MoveJob(JobRecord& job, JobEvent event) {
  ASSIGN_OR_RETURN(const JobPhase next, NextState(job.row.phase, event));
  job.row.phase = next;
  if (next.state == JobState::kRunning) {
    if (job.row.started_unix_micros == 0) {
      job.row.started_unix_micros = now.unix_micros;
    }
    job.row.finished_unix_micros = 0;
  }
  if (IsFinal(next.state)) {
    job.row.finished_unix_micros = now.unix_micros;
    job.waits_for.clear();
  }
  SetStops(job, leases);
  OpenOrClose(job);
  TouchJob(job);
  return absl::OkStatus();
}

void CoreState::TouchJob(JobRecord& job) {
  BumpJob(job);
  dirty_jobs_.insert(job.number);
}

void CoreState::BumpJob(JobRecord& job) {
  ++job.row.version;
  touched_jobs.insert(job.number);
}

void CoreState::AddEvent(const JobRecord& job, const std::string& kind,
                         const std::string& message) {
  pending.events.push_back({now.unix_micros, job.row.id, kind, message});
}

bool CoreState::IsOpen(const JobRecord& job) {
  return job.has_units && job.row.phase.state == JobState::kRunning &&
         !job.row.numerics_class.empty() && !job.must_inspect_output;
}

bool CoreState::IsLost(const WorkerRecord& worker) const {
  return !worker.sync.has_value() &&
         now.steady - worker.last_contact > options.lease_ttl * 13 / 12;
}

bool CoreState::IsUsable(const WorkerRecord& worker) const {
  return !worker.slots.empty() && worker.sees_workspace &&
         !worker.is_draining && !IsLost(worker);
}

absl::Status CoreState::Commit() {
  for (int64_t number : dirty_jobs_) {
    JobRecord& job = *jobs.at(number);
    if (job.has_units) job.row.progress_json = ProgressToJson(job);
    pending.jobs.push_back(job.row);
  }
  for (const UnitKey& key : dirty_units_) {
    pending.units.push_back(unit(key).row);
  }
  if (pending.empty()) return absl::OkStatus();
  const absl::Duration start = SteadyNow();
  const absl::Status status = store.Commit(pending);
  metrics.commit_seconds.Add(SteadyNow() - start);
  ++(status.ok() ? metrics.commits : metrics.commits_failed);
  if (!status.ok()) {
    // The rows stay listed; history is kept as it is.
    pending.jobs.clear();
    pending.units.clear();
    return status;
  }
  for (const UnitKey& key : dirty_units_) unit(key).is_dirty = false;
  dirty_units_.clear();
  dirty_jobs_.clear();
  pending = WriteBatch();
  return absl::OkStatus();
}

}  // namespace decant
