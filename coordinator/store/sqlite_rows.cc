#include "coordinator/store/sqlite_rows.h"

#include "common/base/status_macros.h"

namespace decant {

absl::Status WriteJob(SqliteStatement& statement, const JobRow& row) {
  return statement.Run(row.id, row.name, JobStateName(row.phase.state),
                       JobStateName(row.phase.final_state), row.message,
                       row.recipe_identity, row.numerics_class, row.output_path,
                       row.replace, row.plan_json, row.progress_json,
                       row.gates_json, row.published_path,
                       row.created_unix_micros, row.started_unix_micros,
                       row.finished_unix_micros, row.version);
}

absl::StatusOr<JobRow> ReadJob(const SqliteStatement& statement) {
  JobRow row;
  row.id = statement.Text(0);
  row.name = statement.Text(1);
  ASSIGN_OR_RETURN(row.phase.state, ParseJobState(statement.Text(2)));
  ASSIGN_OR_RETURN(row.phase.final_state, ParseJobState(statement.Text(3)));
  row.message = statement.Text(4);
  row.recipe_identity = statement.Text(5);
  row.numerics_class = statement.Text(6);
  row.output_path = statement.Text(7);
  row.replace = statement.Int(8) != 0;
  row.plan_json = statement.Text(9);
  row.progress_json = statement.Text(10);
  row.gates_json = statement.Text(11);
  row.published_path = statement.Text(12);
  row.created_unix_micros = statement.Int(13);
  row.started_unix_micros = statement.Int(14);
  row.finished_unix_micros = statement.Int(15);
  row.version = statement.Int(16);
  return row;
}

absl::Status WriteUnit(SqliteStatement& statement, const UnitStatusRow& row) {
  return statement.Run(row.job_id, row.unit_id, UnitStateName(row.state),
                       row.epoch, row.generation, row.app_failures,
                       row.infra_failures, row.losses, row.memory_floor_bytes,
                       row.failed_workers_json, row.worker_id,
                       row.worker_incarnation, row.action_key, row.result_json,
                       row.cached, row.message, row.run_micros);
}

absl::StatusOr<StoredUnit> ReadUnit(const SqliteStatement& statement) {
  StoredUnit unit;
  UnitSpecRow& spec = unit.first;
  spec.job_id = statement.Text(0);
  spec.unit_id = statement.Text(1);
  spec.ordinal = statement.Int(2);
  spec.spec_json = statement.Text(3);
  UnitStatusRow& row = unit.second;
  row.job_id = spec.job_id;
  row.unit_id = spec.unit_id;
  ASSIGN_OR_RETURN(row.state, ParseUnitState(statement.Text(4)));
  row.epoch = statement.Int(5);
  row.generation = statement.Int(6);
  row.app_failures = statement.Int(7);
  row.infra_failures = statement.Int(8);
  row.losses = statement.Int(9);
  row.memory_floor_bytes = statement.Int(10);
  row.failed_workers_json = statement.Text(11);
  row.worker_id = statement.Text(12);
  row.worker_incarnation = statement.Text(13);
  row.action_key = statement.Text(14);
  row.result_json = statement.Text(15);
  row.cached = statement.Int(16) != 0;
  row.message = statement.Text(17);
  row.run_micros = statement.Int(18);
  return unit;
}

absl::Status WriteAttempt(SqliteStatement& statement, const AttemptRow& row) {
  return statement.Run(row.job_id, row.unit_id, row.epoch, row.worker_id,
                       row.worker_incarnation, row.outcome, row.message,
                       row.run_micros, row.ended_unix_micros);
}

AttemptRow ReadAttempt(const SqliteStatement& statement) {
  AttemptRow row;
  row.job_id = statement.Text(0);
  row.unit_id = statement.Text(1);
  row.epoch = statement.Int(2);
  row.worker_id = statement.Text(3);
  row.worker_incarnation = statement.Text(4);
  row.outcome = statement.Text(5);
  row.message = statement.Text(6);
  row.run_micros = statement.Int(7);
  row.ended_unix_micros = statement.Int(8);
  return row;
}

}  // namespace decant
