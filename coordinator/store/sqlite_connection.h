// A thin layer over the SQLite C interface: statements as values, errors as
// Status. Only this folder sees sqlite3.
#ifndef DECANT_COORDINATOR_STORE_SQLITE_CONNECTION_H_
#define DECANT_COORDINATOR_STORE_SQLITE_CONNECTION_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

struct sqlite3;
struct sqlite3_stmt;

namespace decant {

class SqliteConnection;

// A prepared statement. Must not outlive its connection.
class SqliteStatement {
 public:
  SqliteStatement() = default;

  // Binds all parameters in order and runs to the end, dropping any rows.
  template <typename... Values>
  absl::Status Run(const Values&... values) {
    absl::Status status = Start(values...);
    return status.ok() ? Finish() : status;
  }

  // Binds all parameters in order; then Next() yields the rows.
  template <typename... Values>
  absl::Status Start(const Values&... values) {
    Reset();
    int index = 0;
    absl::Status status;
    ((status.ok() ? void(status = Bind(++index, values)) : void()), ...);
    return status;
  }
  // False after the last row.
  absl::StatusOr<bool> Next();
  std::string Text(int column) const;
  int64_t Int(int column) const;

 private:
  friend class SqliteConnection;  // Makes them.
  struct Finalizer {
    void operator()(sqlite3_stmt* statement) const;
  };

  absl::Status Bind(int index, absl::string_view value);
  absl::Status Bind(int index, int64_t value);
  absl::Status Bind(int index, bool value) {
    return Bind(index, static_cast<int64_t>(value));
  }
  void Reset();
  absl::Status Finish();

  const SqliteConnection* connection_ = nullptr;
  std::unique_ptr<sqlite3_stmt, Finalizer> statement_;
};

// One connection, used by one thread.
class SqliteConnection {
 public:
  // Opens or creates the file. Errors name it.
  static absl::StatusOr<std::unique_ptr<SqliteConnection>> Open(
      absl::string_view path);
  ~SqliteConnection();
  SqliteConnection(const SqliteConnection&) = delete;
  SqliteConnection& operator=(const SqliteConnection&) = delete;

  const std::string& path() const { return path_; }
  // Any number of statements without parameters.
  absl::Status Execute(const std::string& sql);
  absl::StatusOr<SqliteStatement> Prepare(absl::string_view sql);
  // First column of the first row; NotFound when there is no row.
  absl::StatusOr<std::string> QueryText(absl::string_view sql);
  // Rows that the last statement changed.
  int64_t num_changes() const;

  // The last error as a Status:
  //   ResourceExhausted   disk full
  //   AlreadyExists       primary key or unique constraint
  //   FailedPrecondition  foreign key
  //   DataLoss            not a database, or a damaged one
  //   PermissionDenied    read-only file or folder
  //   Internal            anything else, I/O errors above all
  absl::Status LastError(absl::string_view doing) const;

 private:
  SqliteConnection(sqlite3* database, std::string path)
      : database_(database), path_(std::move(path)) {}

  sqlite3* const database_;
  const std::string path_;
};

}  // namespace decant

#endif  // DECANT_COORDINATOR_STORE_SQLITE_CONNECTION_H_
