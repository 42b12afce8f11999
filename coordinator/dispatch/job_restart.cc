#include "coordinator/dispatch/job_restart.h"

#include "common/base/status_macros.h"

namespace decant {
namespace {

void ResetUnit(CoreState& state, const UnitKey& key) {
  UnitRecord& unit = state.unit(key);
  UnitStatusRow& row = unit.row;
  if (row.state == UnitState::kDone) {
    // Its next result is another effect than the one thrown away.
    ++row.generation;
    row.result_json.clear();
    unit.outputs.clear();
  }
  SetCached(state.job(key.job), key.unit, false);
  row.app_failures = row.infra_failures = row.losses = 0;
  row.memory_floor_bytes = 0;
  row.failed_workers_json.clear();
  row.message.clear();
  state.MoveUnit(key, UnitEvent::kReset);
  unit.not_before = absl::ZeroDuration();
}

}  // namespace

absl::Status RestartJob(CoreState& state, JobRecord& job, RestartScope scope) {
  RETURN_IF_ERROR(state.NeedUnits(job));
  // The job is not open yet, so nothing is looked up before all is reset.
  job.row.message.clear();
  job.row.gates_json.clear();
  job.row.published_path.clear();
  job.must_inspect_output = false;
  for (size_t i = 0; i < job.units.size(); ++i) {
    const UnitRecord& unit = job.units[i];
    const bool stays = unit.row.state == UnitState::kDone &&
                       unit.spec.cacheable &&
                       scope == RestartScope::kUnfinished;
    if (!stays) ResetUnit(state, {job.number, i});
  }
  state.AddEvent(job, "restarted", "");
  return state.MoveJob(job, JobEvent::kRetry);
}

}  // namespace decant
