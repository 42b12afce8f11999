#include "coordinator/store/sqlite_schema.h"

#include <array>
#include <cstdint>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"

namespace decant {
namespace {

// Entry i leads from version i to i + 1. Never edit a released one; append.
constexpr std::array<const char*, kSchemaVersion> kMigrations = {
    R"sql(
CREATE TABLE meta (
  key   TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
) STRICT;

CREATE TABLE jobs (
  ordinal              INTEGER NOT NULL PRIMARY KEY,
  id                   TEXT NOT NULL UNIQUE,
  name                 TEXT NOT NULL,
  state                TEXT NOT NULL,
  final_state          TEXT NOT NULL,
  message              TEXT NOT NULL,
  recipe_identity      TEXT NOT NULL,
  numerics_class       TEXT NOT NULL,
  output_path          TEXT NOT NULL,
  replace_output       INTEGER NOT NULL,
  plan_json            TEXT NOT NULL,
  progress_json        TEXT NOT NULL,
  gates_json           TEXT NOT NULL,
  published_path       TEXT NOT NULL,
  created_unix_micros  INTEGER NOT NULL,
  started_unix_micros  INTEGER NOT NULL,
  finished_unix_micros INTEGER NOT NULL,
  version              INTEGER NOT NULL
) STRICT;

CREATE TABLE unit_specs (
  job_id    TEXT NOT NULL REFERENCES jobs (id),
  unit_id   TEXT NOT NULL,
  ordinal   INTEGER NOT NULL,
  spec_json TEXT NOT NULL,
  PRIMARY KEY (job_id, unit_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE units (
  job_id              TEXT NOT NULL,
  unit_id             TEXT NOT NULL,
  state               TEXT NOT NULL,
  epoch               INTEGER NOT NULL,
  generation          INTEGER NOT NULL,
  app_failures        INTEGER NOT NULL,
  infra_failures      INTEGER NOT NULL,
  losses              INTEGER NOT NULL,
  memory_floor_bytes  INTEGER NOT NULL,
  failed_workers_json TEXT NOT NULL,
  worker_id           TEXT NOT NULL,
  worker_incarnation  TEXT NOT NULL,
  action_key          TEXT NOT NULL,
  result_json         TEXT NOT NULL,
  cached              INTEGER NOT NULL,
  message             TEXT NOT NULL,
  run_micros          INTEGER NOT NULL,
  PRIMARY KEY (job_id, unit_id),
  FOREIGN KEY (job_id, unit_id) REFERENCES unit_specs (job_id, unit_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE results (
  action_key  TEXT NOT NULL PRIMARY KEY,
  result_json TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE attempts (
  job_id             TEXT NOT NULL,
  unit_id            TEXT NOT NULL,
  epoch              INTEGER NOT NULL,
  worker_id          TEXT NOT NULL,
  worker_incarnation TEXT NOT NULL,
  outcome            TEXT NOT NULL,
  message            TEXT NOT NULL,
  run_micros         INTEGER NOT NULL,
  ended_unix_micros  INTEGER NOT NULL,
  PRIMARY KEY (job_id, unit_id, epoch),
  FOREIGN KEY (job_id, unit_id) REFERENCES unit_specs (job_id, unit_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE effects (
  job_id     TEXT NOT NULL,
  unit_id    TEXT NOT NULL,
  generation INTEGER NOT NULL,
  epoch      INTEGER NOT NULL,
  action_key TEXT NOT NULL,
  PRIMARY KEY (job_id, unit_id, generation),
  FOREIGN KEY (job_id, unit_id) REFERENCES unit_specs (job_id, unit_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE workers (
  id                    TEXT NOT NULL PRIMARY KEY,
  incarnation           TEXT NOT NULL,
  host                  TEXT NOT NULL,
  numerics_class        TEXT NOT NULL,
  last_seen_unix_micros INTEGER NOT NULL
) STRICT;

CREATE TABLE events (
  ordinal     INTEGER NOT NULL PRIMARY KEY,
  unix_micros INTEGER NOT NULL,
  job_id      TEXT NOT NULL,
  kind        TEXT NOT NULL,
  message     TEXT NOT NULL
) STRICT;
CREATE INDEX events_by_job ON events (job_id, ordinal);
)sql",
};

absl::StatusOr<int> SchemaVersion(SqliteConnection& connection) {
  ASSIGN_OR_RETURN(const std::string text,
                   connection.QueryText("PRAGMA user_version"));
  int version = 0;
  if (!absl::SimpleAtoi(text, &version)) {
    return absl::InternalError(absl::StrCat("user_version is ", text));
  }
  return version;
}

absl::Status ApplyMigrations(SqliteConnection& connection, int version,
                             const std::string& store_id) {
  for (int from = version; from < kSchemaVersion; ++from) {
    RETURN_IF_ERROR(connection.Execute(kMigrations[static_cast<size_t>(from)]));
  }
  if (version == 0) {
    ASSIGN_OR_RETURN(
        SqliteStatement insert,
        connection.Prepare("INSERT INTO meta VALUES ('store_id', ?)"));
    RETURN_IF_ERROR(insert.Run(store_id));
  }
  return connection.Execute(
      absl::StrCat("PRAGMA user_version = ", kSchemaVersion));
}

}  // namespace

absl::Status CheckSchemaVersion(SqliteConnection& connection) {
  ASSIGN_OR_RETURN(const int version, SchemaVersion(connection));
  if (version > kSchemaVersion) {
    return absl::FailedPreconditionError(
        absl::StrCat("database ", connection.path(), " has schema version ",
                     version, ", this program knows up to ", kSchemaVersion,
                     ": use the newer program, or another --state folder"));
  }
  if (version > 0) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::string num_tables,
                   connection.QueryText("SELECT count(*) FROM sqlite_schema"));
  if (num_tables == "0") return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("database ", connection.path(),
                   " belongs to another program: choose another path"));
}

absl::Status ConfigureConnection(SqliteConnection& connection) {
  return connection.Execute(
      "PRAGMA journal_mode = WAL;"
      "PRAGMA synchronous = FULL;"
      "PRAGMA foreign_keys = ON;");
}

absl::Status MigrateSchema(SqliteConnection& connection,
                           const std::string& store_id) {
  ASSIGN_OR_RETURN(const int version, SchemaVersion(connection));
  if (version == kSchemaVersion) return absl::OkStatus();
  RETURN_IF_ERROR(connection.Execute("BEGIN IMMEDIATE"));
  absl::Status status = ApplyMigrations(connection, version, store_id);
  if (status.ok()) status = connection.Execute("COMMIT");
  // The first error is the one that matters.
  if (!status.ok()) connection.Execute("ROLLBACK").IgnoreError();
  return status;
}

}  // namespace decant
