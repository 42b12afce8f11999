#include "coordinator/store/sqlite_connection.h"

#include <sqlite3.h>

#include <cerrno>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"

namespace decant {
namespace {

absl::StatusCode CodeOf(int extended_code, int system_errno) {
  // A failed fsync must never look retryable, whatever the disk said.
  if (extended_code == SQLITE_IOERR_FSYNC ||
      extended_code == SQLITE_IOERR_DIR_FSYNC) {
    return absl::StatusCode::kInternal;
  }
  switch (extended_code & 0xff) {
    case SQLITE_FULL:
      return absl::StatusCode::kResourceExhausted;
    case SQLITE_IOERR:
      return system_errno == ENOSPC || system_errno == EDQUOT
                 ? absl::StatusCode::kResourceExhausted
                 : absl::StatusCode::kInternal;
    case SQLITE_CONSTRAINT:
      return extended_code == SQLITE_CONSTRAINT_FOREIGNKEY
                 ? absl::StatusCode::kFailedPrecondition
                 : absl::StatusCode::kAlreadyExists;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return absl::StatusCode::kDataLoss;
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
      return absl::StatusCode::kPermissionDenied;
    default:
      return absl::StatusCode::kInternal;
  }
}

}  // namespace

void SqliteStatement::Finalizer::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

absl::Status SqliteStatement::Bind(int index, absl::string_view value) {
  // Copied: callers may pass temporaries.
  const int code =
      sqlite3_bind_text64(statement_.get(), index, value.data(), value.size(),
                          SQLITE_TRANSIENT, SQLITE_UTF8);
  return code == SQLITE_OK ? absl::OkStatus()
                           : connection_->LastError("binding a value");
}

absl::Status SqliteStatement::Bind(int index, int64_t value) {
  const int code = sqlite3_bind_int64(statement_.get(), index, value);
  return code == SQLITE_OK ? absl::OkStatus()
                           : connection_->LastError("binding a value");
}

void SqliteStatement::Reset() {
  // Repeats the last error of the statement, which was already reported.
  sqlite3_reset(statement_.get());
}

absl::StatusOr<bool> SqliteStatement::Next() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) {
    Reset();
    return false;
  }
  absl::Status error = connection_->LastError("running a statement");
  Reset();
  return error;
}

absl::Status SqliteStatement::Finish() {
  while (true) {
    ASSIGN_OR_RETURN(const bool has_row, Next());
    if (!has_row) return absl::OkStatus();
  }
}

std::string SqliteStatement::Text(int column) const {
  const unsigned char* text = sqlite3_column_text(statement_.get(), column);
  if (text == nullptr) return "";
  const int size_bytes = sqlite3_column_bytes(statement_.get(), column);
  return std::string(reinterpret_cast<const char*>(text),
                     static_cast<size_t>(size_bytes));
}

int64_t SqliteStatement::Int(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

absl::StatusOr<std::unique_ptr<SqliteConnection>> SqliteConnection::Open(
    absl::string_view path) {
  sqlite3* database = nullptr;
  const int code =
      sqlite3_open_v2(std::string(path).c_str(), &database,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE |
                          SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
                      nullptr);
  auto connection =
      absl::WrapUnique(new SqliteConnection(database, std::string(path)));
  if (code != SQLITE_OK) return connection->LastError("opening");
  return connection;
}

SqliteConnection::~SqliteConnection() { sqlite3_close_v2(database_); }

absl::Status SqliteConnection::Execute(const std::string& sql) {
  if (sqlite3_exec(database_, sql.c_str(), nullptr, nullptr, nullptr) ==
      SQLITE_OK) {
    return absl::OkStatus();
  }
  return LastError("running a statement");
}

absl::StatusOr<SqliteStatement> SqliteConnection::Prepare(
    absl::string_view sql) {
  sqlite3_stmt* raw = nullptr;
  const int code =
      sqlite3_prepare_v3(database_, sql.data(), static_cast<int>(sql.size()),
                         SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
  if (code != SQLITE_OK) return LastError("preparing a statement");
  SqliteStatement statement;
  statement.connection_ = this;
  statement.statement_.reset(raw);
  return statement;
}

absl::StatusOr<std::string> SqliteConnection::QueryText(absl::string_view sql) {
  ASSIGN_OR_RETURN(SqliteStatement statement, Prepare(sql));
  ASSIGN_OR_RETURN(const bool has_row, statement.Next());
  if (!has_row) {
    return absl::NotFoundError(absl::StrCat("no row for: ", sql));
  }
  return statement.Text(0);
}

int64_t SqliteConnection::num_changes() const {
  return sqlite3_changes64(database_);
}

absl::Status SqliteConnection::LastError(absl::string_view doing) const {
  const int code = sqlite3_extended_errcode(database_);
  const int system_errno = sqlite3_system_errno(database_);
  return absl::Status(
      CodeOf(code, system_errno),
      absl::StrCat("database ", path_, ": ", doing, ": ",
                   sqlite3_errmsg(database_), " (SQLite code ", code, ")"));
}

}  // namespace decant
