// Rows to statements and back. The order of columns is known here and in the
// schema alone.
#ifndef DECANT_COORDINATOR_STORE_SQLITE_ROWS_H_
#define DECANT_COORDINATOR_STORE_SQLITE_ROWS_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "coordinator/store/rows.h"
#include "coordinator/store/sqlite_connection.h"
#include "coordinator/store/store.h"

namespace decant {

inline constexpr char kWriteJob[] = R"sql(
INSERT INTO jobs (id, name, state, final_state, message, recipe_identity,
  numerics_class, output_path, replace_output, plan_json, progress_json,
  gates_json, published_path, created_unix_micros, started_unix_micros,
  finished_unix_micros, version)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16,
  ?17)
ON CONFLICT (id) DO UPDATE SET name = ?2, state = ?3, final_state = ?4,
  message = ?5, recipe_identity = ?6, numerics_class = ?7, output_path = ?8,
  replace_output = ?9, plan_json = ?10, progress_json = ?11, gates_json = ?12,
  published_path = ?13, created_unix_micros = ?14, started_unix_micros = ?15,
  finished_unix_micros = ?16, version = ?17)sql";
absl::Status WriteJob(SqliteStatement& statement, const JobRow& row);

inline constexpr char kReadJobs[] = R"sql(
SELECT id, name, state, final_state, message, recipe_identity, numerics_class,
  output_path, replace_output, plan_json, progress_json, gates_json,
  published_path, created_unix_micros, started_unix_micros,
  finished_unix_micros, version
FROM jobs ORDER BY ordinal)sql";
absl::StatusOr<JobRow> ReadJob(const SqliteStatement& statement);

inline constexpr char kWriteUnit[] = R"sql(
INSERT OR REPLACE INTO units VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10,
  ?11, ?12, ?13, ?14, ?15, ?16, ?17))sql";
absl::Status WriteUnit(SqliteStatement& statement, const UnitStatusRow& row);

inline constexpr char kReadUnits[] = R"sql(
SELECT s.job_id, s.unit_id, s.ordinal, s.spec_json, u.state, u.epoch,
  u.generation, u.app_failures, u.infra_failures, u.losses,
  u.memory_floor_bytes, u.failed_workers_json, u.worker_id,
  u.worker_incarnation, u.action_key, u.result_json, u.cached, u.message,
  u.run_micros
FROM unit_specs s JOIN units u USING (job_id, unit_id)
WHERE s.job_id = ? ORDER BY s.ordinal)sql";
absl::StatusOr<StoredUnit> ReadUnit(const SqliteStatement& statement);

inline constexpr char kWriteAttempt[] =
    "INSERT OR REPLACE INTO attempts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";
absl::Status WriteAttempt(SqliteStatement& statement, const AttemptRow& row);

inline constexpr char kReadAttempts[] =
    "SELECT * FROM attempts WHERE job_id = ? ORDER BY unit_id, epoch";
AttemptRow ReadAttempt(const SqliteStatement& statement);

}  // namespace decant

#endif  // DECANT_COORDINATOR_STORE_SQLITE_ROWS_H_
