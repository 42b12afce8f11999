// The store that survives: one SQLite file on a local disk.
//
// One connection, on the thread that opened it, for all reads and writes:
// releases before 3.51.3 can lose committed transactions when two connections
// write and checkpoint at once, and one connection cannot meet that. WAL with
// synchronous=FULL: what Commit returned OK for survives a power cut.
#ifndef DECANT_COORDINATOR_STORE_SQLITE_STORE_H_
#define DECANT_COORDINATOR_STORE_SQLITE_STORE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "coordinator/store/sqlite_connection.h"
#include "coordinator/store/store.h"
#include "coordinator/store/store_lock.h"

namespace decant {

struct SqliteStoreOptions {
  std::string path;
  // The file grows no further: commits fail as on a full disk. 0: no limit.
  int64_t max_size_bytes = 0;
  // For fault tests: the process exits with code 42, without any cleaning up,
  // right after this many commits. 0: never.
  int64_t crash_after_commits = 0;
};

class SqliteStore final : public Store {
 public:
  // Opens or creates the file, checks it (quick_check) and brings its schema
  // up to date.
  //
  // FailedPrecondition  on a network filesystem, in use by another
  //                     coordinator, or of a newer version: untouched.
  // DataLoss            damaged.
  // ResourceExhausted, PermissionDenied, NotFound as the file system says.
  static absl::StatusOr<std::unique_ptr<SqliteStore>> Open(
      const SqliteStoreOptions& options);
  ~SqliteStore() override;

  const std::string& store_id() const override { return store_id_; }
  absl::StatusOr<StoreSnapshot> LoadAll() override;
  absl::StatusOr<std::vector<StoredUnit>> LoadUnits(
      absl::string_view job_id) override;
  absl::StatusOr<std::vector<EventRow>> LoadEvents(absl::string_view job_id,
                                                   int limit) override;
  absl::StatusOr<std::vector<AttemptRow>> LoadAttempts(
      absl::string_view job_id) override;
  absl::StatusOr<std::vector<EffectRow>> LoadEffects(
      absl::string_view job_id) override;
  absl::Status Commit(const WriteBatch& batch) override;

 private:
  struct Statements;  // The writes of Commit, prepared once.

  SqliteStore(std::unique_ptr<StoreLock> lock,
              std::unique_ptr<SqliteConnection> connection,
              int64_t crash_after_commits);

  absl::Status Write(const WriteBatch& batch);
  absl::Status WriteUnits(const WriteBatch& batch);
  absl::Status WriteHistory(const WriteBatch& batch);

  // Destroyed from the bottom: statements, connection, lock.
  const std::unique_ptr<StoreLock> lock_;
  const std::unique_ptr<SqliteConnection> connection_;
  std::unique_ptr<Statements> statements_;
  std::string store_id_;
  int64_t commits_until_crash_;
};

}  // namespace decant

#endif  // DECANT_COORDINATOR_STORE_SQLITE_STORE_H_
