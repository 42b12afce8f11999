#include "coordinator/dispatch/job_protos.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "coordinator/dispatch/job_start.h"
#include "coordinator/schedule/ready_queue.h"

namespace decant {
namespace {

// The result's summary, or an empty object.
Json SummaryOf(const UnitRecord& unit) {
  if (unit.row.result_json.empty()) return Json::object();
  const auto result = ParseJson(unit.row.result_json, "result");
  if (!result.ok() || !result->is_object()) return Json::object();
  return result->value("summary", Json::object());
}

int64_t At(const StateCounts& counts, UnitState state) {
  return counts[static_cast<size_t>(state)];
}

}  // namespace

v1::JobState ToProto(JobState state) {
  switch (state) {
    case JobState::kPlanning:
      return v1::JOB_STATE_PLANNING;
    case JobState::kRunning:
      return v1::JOB_STATE_RUNNING;
    case JobState::kPaused:
      return v1::JOB_STATE_PAUSED;
    case JobState::kStopping:
      return v1::JOB_STATE_STOPPING;
    case JobState::kDone:
      return v1::JOB_STATE_DONE;
    case JobState::kFailed:
      return v1::JOB_STATE_FAILED;
    case JobState::kCancelled:
      return v1::JOB_STATE_CANCELLED;
    case JobState::kRejected:
      return v1::JOB_STATE_REJECTED;
  }
  return v1::JOB_STATE_UNSPECIFIED;
}

v1::UnitState ToProto(UnitState state) {
  switch (state) {
    case UnitState::kBlocked:
      return v1::UNIT_STATE_BLOCKED;
    case UnitState::kReady:
      return v1::UNIT_STATE_READY;
    case UnitState::kLeased:
      return v1::UNIT_STATE_LEASED;
    case UnitState::kDone:
      return v1::UNIT_STATE_DONE;
    case UnitState::kQuarantined:
      return v1::UNIT_STATE_QUARANTINED;
    case UnitState::kCancelled:
      return v1::UNIT_STATE_CANCELLED;
  }
  return v1::UNIT_STATE_UNSPECIFIED;
}

v1::Job ToProto(const JobRecord& job) {
  v1::Job proto;
  const JobRow& row = job.row;
  proto.set_id(row.id);
  proto.set_name(row.name);
  proto.set_state(ToProto(row.phase.state));
  proto.set_final_state(row.phase.state == JobState::kStopping
                            ? ToProto(row.phase.final_state)
                            : v1::JOB_STATE_UNSPECIFIED);
  proto.set_message(job.waits_for.empty() ? row.message : job.waits_for);
  int64_t num_units = 0;
  for (const PhaseCount& phase : job.phases) {
    num_units += phase.units;
    v1::PhaseProgress& progress = *proto.add_phases();
    progress.set_step(phase.step);
    progress.set_phase(phase.phase);
    progress.set_units(phase.units);
    progress.set_done(At(phase.by_state, UnitState::kDone));
    progress.set_cached(phase.cached);
    progress.set_running(At(phase.by_state, UnitState::kLeased));
    progress.set_quarantined(At(phase.by_state, UnitState::kQuarantined));
  }
  proto.set_units(num_units);
  proto.set_units_done(job.count(UnitState::kDone));
  proto.set_units_cached(job.cached);
  proto.set_units_running(job.count(UnitState::kLeased));
  proto.set_units_quarantined(job.count(UnitState::kQuarantined));
  proto.set_output_path(row.output_path);
  proto.set_numerics_class(row.numerics_class);
  proto.set_result_identity(ResultIdentityOf(job));
  proto.set_created_unix_micros(row.created_unix_micros);
  proto.set_started_unix_micros(row.started_unix_micros);
  proto.set_finished_unix_micros(row.finished_unix_micros);
  proto.set_version(row.version);
  proto.set_gates_json(row.gates_json);
  proto.set_published_path(row.published_path);
  proto.set_cost_done(job.cost_done);
  proto.set_cost_total(job.cost_total);
  return proto;
}

v1::Unit ToProto(const CoreState& state, const JobRecord& job, size_t unit) {
  const UnitRecord& record = job.units[unit];
  const UnitStatusRow& row = record.row;
  v1::Unit proto;
  proto.set_id(record.spec.id);
  proto.set_step(record.spec.step);
  proto.set_phase(record.spec.phase);
  proto.set_op(record.spec.op);
  proto.set_state(ToProto(row.state));
  proto.set_epoch(row.epoch);
  proto.set_cached(row.cached);
  proto.set_worker_id(row.worker_id);
  proto.set_attempts(
      static_cast<int32_t>(row.app_failures + row.infra_failures));
  proto.set_message(row.message);
  proto.set_action_key(row.action_key);
  proto.set_run_micros(row.run_micros);
  const Lease* lease = state.leases.Find({job.number, unit});
  if (lease != nullptr) {
    proto.set_progress_done(lease->progress_done);
    proto.set_progress_total(lease->progress_total);
  }
  return proto;
}

v1::Unit ToDetailedProto(const CoreState& state, const JobRecord& job,
                         size_t unit) {
  v1::Unit proto = ToProto(state, job, unit);
  const UnitRecord& record = job.units[unit];
  proto.set_summary_json(CanonicalJson(SummaryOf(record)));
  for (size_t producer : record.producers) {
    const UnitRecord& maker = job.units[producer];
    if (maker.row.state != UnitState::kDone) {
      proto.add_waits_for(maker.spec.id);
    }
  }
  if (!proto.message().empty()) return proto;
  if (record.row.state == UnitState::kReady) {
    proto.set_message(!job.waits_for.empty() ? job.waits_for
                      : record.not_before > state.now.steady
                          ? "waits before the next attempt"
                          : "waits for a free slot");
  } else if (record.row.state == UnitState::kBlocked) {
    proto.set_message(
        absl::StrCat("waits for ", proto.waits_for_size(), " inputs"));
  }
  return proto;
}

const char* WorkerStateName(const CoreState& state,
                            const WorkerRecord& worker) {
  if (state.IsLost(worker)) return "lost";
  return worker.is_draining ? "draining" : "active";
}

v1::Worker ToProto(const CoreState& state, const WorkerRecord& worker) {
  v1::Worker proto;
  proto.set_id(worker.id);
  proto.set_host(worker.host);
  proto.set_state(WorkerStateName(state, worker));
  proto.set_numerics_class(worker.numerics_class);
  proto.set_slots(static_cast<int32_t>(worker.slots.size()));
  const std::set<UnitKey>& leases = state.leases.OfWorker(worker.id);
  proto.set_busy_slots(
      static_cast<int32_t>(std::min(leases.size(), worker.slots.size())));
  for (const UnitKey& key : leases) {
    const JobRecord& job = *state.jobs.at(key.job);
    proto.add_running(
        absl::StrCat(job.row.id, "/", job.units[key.unit].spec.id));
  }
  proto.set_last_sync_unix_micros(worker.last_sync_unix_micros);
  proto.set_version(worker.version);
  if (!worker.sees_workspace && !worker.slots.empty()) {
    v1::IneligibleReason& reason = *proto.add_ineligible();
    reason.set_reason(
        absl::StrCat("does not see the workspace ", state.options.workspace));
  }
  for (const auto& [job_id, why] : worker.ineligible) {
    v1::IneligibleReason& reason = *proto.add_ineligible();
    reason.set_job_id(job_id);
    reason.set_reason(why);
  }
  for (const v1::SlotState& slot : worker.slots) {
    proto.add_devices(slot.device());
  }
  return proto;
}

Json ToReportJson(const JobRecord& job, size_t unit) {
  const UnitRecord& record = job.units[unit];
  const UnitStatusRow& row = record.row;
  return {{"id", record.spec.id},
          {"step", record.spec.step},
          {"phase", record.spec.phase},
          {"op", record.spec.op},
          {"state", std::string(UnitStateName(row.state))},
          {"cached", row.cached},
          {"epoch", row.epoch},
          {"worker", row.worker_id},
          {"run_micros", row.run_micros},
          {"message", row.message},
          {"summary", SummaryOf(record)}};
}

}  // namespace decant
