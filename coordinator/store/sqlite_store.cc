#include "coordinator/store/sqlite_store.h"

#include <unistd.h>

#include <algorithm>
#include <iterator>

#include "absl/memory/memory.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/files.h"
#include "common/base/ids.h"
#include "common/base/paths.h"
#include "common/base/status_macros.h"
#include "coordinator/store/sqlite_rows.h"
#include "coordinator/store/sqlite_schema.h"

namespace decant {
namespace {

absl::Status RefuseNetworkFilesystem(absl::string_view path) {
  const std::string kind = NetworkFilesystemName(path);
  if (kind.empty()) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      "database ", path, " would lie on a network filesystem (", kind,
      "), whose locks and syncs lose data: choose a --state folder on a local "
      "disk, such as /var/tmp/decant"));
}

// The schema version is checked before anything is written, so that a newer
// file stays as it is.
absl::Status Prepare(SqliteConnection& connection) {
  RETURN_IF_ERROR(CheckSchemaVersion(connection));
  RETURN_IF_ERROR(ConfigureConnection(connection));
  ASSIGN_OR_RETURN(const std::string verdict,
                   connection.QueryText("PRAGMA quick_check(1)"));
  if (verdict == "ok") return absl::OkStatus();
  return absl::DataLossError(absl::StrCat(
      "database ", connection.path(), " is damaged (", verdict,
      "): move it aside; finished units are found again in the workspace"));
}

absl::Status LimitSize(SqliteConnection& connection, int64_t max_size_bytes) {
  if (max_size_bytes == 0) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::string page_size,
                   connection.QueryText("PRAGMA page_size"));
  int64_t page_size_bytes = 0;
  if (!absl::SimpleAtoi(page_size, &page_size_bytes) || page_size_bytes <= 0) {
    return absl::InternalError(absl::StrCat("page_size is ", page_size));
  }
  return connection.Execute(absl::StrCat("PRAGMA max_page_count = ",
                                         max_size_bytes / page_size_bytes));
}

// Runs a query whose only parameter is a job and reads all its rows.
template <typename Row, typename Read>
absl::StatusOr<std::vector<Row>> ReadRows(SqliteConnection& connection,
                                          absl::string_view sql,
                                          absl::string_view job_id, Read read) {
  ASSIGN_OR_RETURN(SqliteStatement statement, connection.Prepare(sql));
  RETURN_IF_ERROR(statement.Start(job_id));
  std::vector<Row> rows;
  while (true) {
    ASSIGN_OR_RETURN(const bool has_row, statement.Next());
    if (!has_row) return rows;
    ASSIGN_OR_RETURN(Row row, absl::StatusOr<Row>(read(statement)));
    rows.push_back(std::move(row));
  }
}

}  // namespace

struct SqliteStore::Statements {
  SqliteStatement job, unit_spec, unit, result, attempt, effect, worker, event;

  static absl::StatusOr<std::unique_ptr<Statements>> Prepare(
      SqliteConnection& connection) {
    auto all = std::make_unique<Statements>();
    ASSIGN_OR_RETURN(all->job, connection.Prepare(kWriteJob));
    ASSIGN_OR_RETURN(
        all->unit_spec,
        connection.Prepare("INSERT INTO unit_specs VALUES (?, ?, ?, ?)"));
    ASSIGN_OR_RETURN(all->unit, connection.Prepare(kWriteUnit));
    ASSIGN_OR_RETURN(
        all->result,
        connection.Prepare("INSERT OR REPLACE INTO results VALUES (?, ?)"));
    ASSIGN_OR_RETURN(all->attempt, connection.Prepare(kWriteAttempt));
    ASSIGN_OR_RETURN(
        all->effect,
        connection.Prepare("INSERT INTO effects VALUES (?, ?, ?, ?, ?)"));
    ASSIGN_OR_RETURN(all->worker,
                     connection.Prepare("INSERT OR REPLACE INTO workers "
                                        "VALUES (?, ?, ?, ?, ?)"));
    ASSIGN_OR_RETURN(
        all->event,
        connection.Prepare("INSERT INTO events (unix_micros, job_id, kind, "
                           "message) VALUES (?, ?, ?, ?)"));
    return all;
  }
};

SqliteStore::SqliteStore(std::unique_ptr<StoreLock> lock,
                         std::unique_ptr<SqliteConnection> connection,
                         int64_t crash_after_commits)
    : lock_(std::move(lock)),
      connection_(std::move(connection)),
      commits_until_crash_(crash_after_commits) {}

SqliteStore::~SqliteStore() = default;

absl::StatusOr<std::unique_ptr<SqliteStore>> SqliteStore::Open(
    const SqliteStoreOptions& options) {
  RETURN_IF_ERROR(RefuseNetworkFilesystem(options.path));
  RETURN_IF_ERROR(MakeFolders(DirName(options.path)));
  ASSIGN_OR_RETURN(std::unique_ptr<StoreLock> lock,
                   StoreLock::Take(options.path));
  ASSIGN_OR_RETURN(std::unique_ptr<SqliteConnection> connection,
                   SqliteConnection::Open(options.path));
  RETURN_IF_ERROR(Prepare(*connection));
  RETURN_IF_ERROR(MigrateSchema(*connection, RandomId("s")));
  RETURN_IF_ERROR(LimitSize(*connection, options.max_size_bytes));
  auto store = absl::WrapUnique(new SqliteStore(
      std::move(lock), std::move(connection), options.crash_after_commits));
  ASSIGN_OR_RETURN(store->store_id_,
                   store->connection_->QueryText(
                       "SELECT value FROM meta WHERE key = 'store_id'"));
  ASSIGN_OR_RETURN(store->statements_,
                   Statements::Prepare(*store->connection_));
  return store;
}

absl::StatusOr<StoreSnapshot> SqliteStore::LoadAll() {
  StoreSnapshot snapshot;
  ASSIGN_OR_RETURN(SqliteStatement jobs, connection_->Prepare(kReadJobs));
  while (true) {
    ASSIGN_OR_RETURN(const bool has_row, jobs.Next());
    if (!has_row) break;
    ASSIGN_OR_RETURN(JobRow job, ReadJob(jobs));
    snapshot.jobs.push_back(std::move(job));
  }
  for (const JobRow& job : snapshot.jobs) {
    if (IsFinal(job.phase.state)) continue;
    ASSIGN_OR_RETURN(std::vector<StoredUnit> units, LoadUnits(job.id));
    std::move(units.begin(), units.end(), std::back_inserter(snapshot.units));
  }
  ASSIGN_OR_RETURN(SqliteStatement workers,
                   connection_->Prepare("SELECT * FROM workers ORDER BY id"));
  while (true) {
    ASSIGN_OR_RETURN(const bool has_row, workers.Next());
    if (!has_row) return snapshot;
    snapshot.workers.push_back({workers.Text(0), workers.Text(1),
                                workers.Text(2), workers.Text(3),
                                workers.Int(4)});
  }
}

absl::StatusOr<std::vector<StoredUnit>> SqliteStore::LoadUnits(
    absl::string_view job_id) {
  return ReadRows<StoredUnit>(*connection_, kReadUnits, job_id, ReadUnit);
}

absl::StatusOr<std::vector<EventRow>> SqliteStore::LoadEvents(
    absl::string_view job_id, int limit) {
  ASSIGN_OR_RETURN(
      std::vector<EventRow> events,
      ReadRows<EventRow>(
          *connection_,
          absl::StrCat("SELECT unix_micros, job_id, kind, message FROM events "
                       "WHERE job_id = ? ORDER BY ordinal DESC LIMIT ",
                       limit),
          job_id, [](const SqliteStatement& row) -> EventRow {
            return {row.Int(0), row.Text(1), row.Text(2), row.Text(3)};
          }));
  std::reverse(events.begin(), events.end());
  return events;
}

absl::StatusOr<std::vector<AttemptRow>> SqliteStore::LoadAttempts(
    absl::string_view job_id) {
  return ReadRows<AttemptRow>(*connection_, kReadAttempts, job_id, ReadAttempt);
}

absl::StatusOr<std::vector<EffectRow>> SqliteStore::LoadEffects(
    absl::string_view job_id) {
  return ReadRows<EffectRow>(
      *connection_,
      "SELECT * FROM effects WHERE job_id = ? ORDER BY unit_id, generation",
      job_id, [](const SqliteStatement& row) -> EffectRow {
        return {row.Text(0), row.Text(1), row.Int(2), row.Int(3), row.Text(4)};
      });
}

absl::Status SqliteStore::WriteUnits(const WriteBatch& batch) {
  for (const JobRow& row : batch.jobs) {
    RETURN_IF_ERROR(WriteJob(statements_->job, row));
  }
  for (const UnitSpecRow& row : batch.unit_specs) {
    RETURN_IF_ERROR(statements_->unit_spec.Run(row.job_id, row.unit_id,
                                               row.ordinal, row.spec_json));
  }
  for (const UnitStatusRow& row : batch.units) {
    RETURN_IF_ERROR(WriteUnit(statements_->unit, row));
  }
  return absl::OkStatus();
}

absl::Status SqliteStore::WriteHistory(const WriteBatch& batch) {
  for (const ResultRow& row : batch.results) {
    RETURN_IF_ERROR(statements_->result.Run(row.action_key, row.result_json));
  }
  for (const AttemptRow& row : batch.attempts) {
    RETURN_IF_ERROR(WriteAttempt(statements_->attempt, row));
  }
  for (const EffectRow& row : batch.effects) {
    RETURN_IF_ERROR(statements_->effect.Run(
        row.job_id, row.unit_id, row.generation, row.epoch, row.action_key));
  }
  for (const WorkerRow& row : batch.workers) {
    RETURN_IF_ERROR(statements_->worker.Run(row.id, row.incarnation, row.host,
                                            row.numerics_class,
                                            row.last_seen_unix_micros));
  }
  for (const EventRow& row : batch.events) {
    RETURN_IF_ERROR(statements_->event.Run(row.unix_micros, row.job_id,
                                           row.kind, row.message));
  }
  return absl::OkStatus();
}

absl::Status SqliteStore::Write(const WriteBatch& batch) {
  RETURN_IF_ERROR(connection_->Execute("BEGIN IMMEDIATE"));
  RETURN_IF_ERROR(WriteUnits(batch));
  RETURN_IF_ERROR(WriteHistory(batch));
  return connection_->Execute("COMMIT");
}

absl::Status SqliteStore::Commit(const WriteBatch& batch) {
  if (batch.empty()) return absl::OkStatus();
  const absl::Status status = Write(batch);
  if (!status.ok()) {
    // Fails when SQLite has rolled back by itself: that is what we want.
    connection_->Execute("ROLLBACK").IgnoreError();
    return status;
  }
  if (commits_until_crash_ > 0 && --commits_until_crash_ == 0) _exit(42);
  return absl::OkStatus();
}

}  // namespace decant
