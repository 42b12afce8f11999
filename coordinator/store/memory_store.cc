#include "coordinator/store/memory_store.h"

#include <algorithm>
#include <iterator>
#include <set>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"

namespace decant {
namespace {

auto FindJob(std::vector<JobRow>& jobs, absl::string_view id) {
  return std::find_if(jobs.begin(), jobs.end(),
                      [&](const JobRow& job) { return job.id == id; });
}

absl::Status NoSuchUnit(absl::string_view job_id, absl::string_view unit_id) {
  return absl::FailedPreconditionError(
      absl::StrCat("no such unit: ", job_id, "/", unit_id));
}

// Rows of a map keyed (job, ...) that belong to one job, in key order.
template <typename Map>
auto RowsOfJob(const Map& map, absl::string_view job_id) {
  std::vector<typename Map::mapped_type> rows;
  for (const auto& [key, row] : map) {
    if (row.job_id == job_id) rows.push_back(row);
  }
  return rows;
}

}  // namespace

absl::StatusOr<StoreSnapshot> MemoryStore::LoadAll() {
  StoreSnapshot snapshot;
  snapshot.jobs = jobs_;
  for (const JobRow& job : jobs_) {
    if (IsFinal(job.phase.state)) continue;
    ASSIGN_OR_RETURN(std::vector<StoredUnit> units, LoadUnits(job.id));
    std::move(units.begin(), units.end(), std::back_inserter(snapshot.units));
  }
  for (const auto& [id, worker] : workers_) snapshot.workers.push_back(worker);
  return snapshot;
}

absl::StatusOr<std::vector<StoredUnit>> MemoryStore::LoadUnits(
    absl::string_view job_id) {
  std::vector<StoredUnit> units;
  for (const UnitSpecRow& spec : RowsOfJob(unit_specs_, job_id)) {
    const auto status = units_.find({spec.job_id, spec.unit_id});
    if (status != units_.end()) units.emplace_back(spec, status->second);
  }
  std::sort(units.begin(), units.end(),
            [](const StoredUnit& a, const StoredUnit& b) {
              return a.first.ordinal < b.first.ordinal;
            });
  return units;
}

absl::StatusOr<std::vector<EventRow>> MemoryStore::LoadEvents(
    absl::string_view job_id, int limit) {
  std::vector<EventRow> newest;
  for (auto it = events_.rbegin();
       it != events_.rend() && newest.size() < static_cast<size_t>(limit);
       ++it) {
    if (it->job_id == job_id) newest.push_back(*it);
  }
  std::reverse(newest.begin(), newest.end());
  return newest;
}

absl::StatusOr<std::vector<AttemptRow>> MemoryStore::LoadAttempts(
    absl::string_view job_id) {
  return RowsOfJob(attempts_, job_id);
}

absl::StatusOr<std::vector<EffectRow>> MemoryStore::LoadEffects(
    absl::string_view job_id) {
  return RowsOfJob(effects_, job_id);
}

absl::Status MemoryStore::Check(const WriteBatch& batch) const {
  std::set<std::string> jobs;
  for (const JobRow& job : jobs_) jobs.insert(job.id);
  for (const JobRow& job : batch.jobs) jobs.insert(job.id);
  std::set<UnitId> specs;
  for (const UnitSpecRow& spec : batch.unit_specs) {
    if (jobs.count(spec.job_id) == 0) {
      return absl::FailedPreconditionError(
          absl::StrCat("no such job: ", spec.job_id));
    }
    if (unit_specs_.count({spec.job_id, spec.unit_id}) > 0 ||
        !specs.insert({spec.job_id, spec.unit_id}).second) {
      return absl::AlreadyExistsError(
          absl::StrCat("unit exists: ", spec.job_id, "/", spec.unit_id));
    }
  }
  const auto has_unit = [&](const auto& row) {
    const UnitId id = {row.job_id, row.unit_id};
    return unit_specs_.count(id) > 0 || specs.count(id) > 0;
  };
  for (const UnitStatusRow& row : batch.units) {
    if (!has_unit(row)) return NoSuchUnit(row.job_id, row.unit_id);
  }
  for (const AttemptRow& row : batch.attempts) {
    if (!has_unit(row)) return NoSuchUnit(row.job_id, row.unit_id);
  }
  std::set<NumberedUnit> effects;
  for (const EffectRow& row : batch.effects) {
    if (!has_unit(row)) return NoSuchUnit(row.job_id, row.unit_id);
    const NumberedUnit id = {row.job_id, row.unit_id, row.generation};
    if (effects_.count(id) > 0 || !effects.insert(id).second) {
      return absl::AlreadyExistsError(
          absl::StrCat("a result is already accepted for ", row.job_id, "/",
                       row.unit_id, " generation ", row.generation));
    }
  }
  return absl::OkStatus();
}

absl::Status MemoryStore::Commit(const WriteBatch& batch) {
  RETURN_IF_ERROR(Check(batch));
  for (const JobRow& row : batch.jobs) {
    const auto old = FindJob(jobs_, row.id);
    if (old == jobs_.end()) {
      jobs_.push_back(row);
    } else {
      *old = row;
    }
  }
  for (const UnitSpecRow& row : batch.unit_specs) {
    unit_specs_[{row.job_id, row.unit_id}] = row;
  }
  for (const UnitStatusRow& row : batch.units) {
    units_[{row.job_id, row.unit_id}] = row;
  }
  for (const ResultRow& row : batch.results) results_[row.action_key] = row;
  for (const AttemptRow& row : batch.attempts) {
    attempts_[{row.job_id, row.unit_id, row.epoch}] = row;
  }
  for (const EffectRow& row : batch.effects) {
    effects_[{row.job_id, row.unit_id, row.generation}] = row;
  }
  for (const WorkerRow& row : batch.workers) workers_[row.id] = row;
  events_.insert(events_.end(), batch.events.begin(), batch.events.end());
  return absl::OkStatus();
}

}  // namespace decant
