// The database's schema and how older files reach it.
#ifndef DECANT_COORDINATOR_STORE_SQLITE_SCHEMA_H_
#define DECANT_COORDINATOR_STORE_SQLITE_SCHEMA_H_

#include <string>

#include "absl/status/status.h"
#include "coordinator/store/sqlite_connection.h"

namespace decant {

// PRAGMA user_version of files this program writes.
inline constexpr int kSchemaVersion = 1;

// FailedPrecondition when the file was written by a newer program (nothing is
// touched) or is some other program's database.
absl::Status CheckSchemaVersion(SqliteConnection& connection);

// Settings that must stand before any write: write-ahead log, a sync at every
// commit, foreign keys.
absl::Status ConfigureConnection(SqliteConnection& connection);

// Brings the file to kSchemaVersion in one transaction. A new file gets
// `store_id`; an existing one keeps its own.
absl::Status MigrateSchema(SqliteConnection& connection,
                           const std::string& store_id);

}  // namespace decant

#endif  // DECANT_COORDINATOR_STORE_SQLITE_SCHEMA_H_
