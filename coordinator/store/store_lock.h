// Keeps a second coordinator away from a database.
#ifndef DECANT_COORDINATOR_STORE_STORE_LOCK_H_
#define DECANT_COORDINATOR_STORE_STORE_LOCK_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace decant {

// An flock on "<database>.lock", held until destruction or the end of the
// process, however it ends. Child processes do not inherit it.
class StoreLock {
 public:
  // FailedPrecondition when another process holds it.
  static absl::StatusOr<std::unique_ptr<StoreLock>> Take(
      absl::string_view database_path);
  ~StoreLock();
  StoreLock(const StoreLock&) = delete;
  StoreLock& operator=(const StoreLock&) = delete;

 private:
  explicit StoreLock(int fd) : fd_(fd) {}
  const int fd_;
};

}  // namespace decant

#endif  // DECANT_COORDINATOR_STORE_STORE_LOCK_H_
