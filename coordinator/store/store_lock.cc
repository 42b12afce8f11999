#include "coordinator/store/store_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "common/base/files.h"

namespace decant {

absl::StatusOr<std::unique_ptr<StoreLock>> StoreLock::Take(
    absl::string_view database_path) {
  const std::string path = absl::StrCat(database_path, ".lock");
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0) return ErrnoStatus(errno, "opening lock file", path);
  auto lock = absl::WrapUnique(new StoreLock(fd));
  if (flock(fd, LOCK_EX | LOCK_NB) == 0) return lock;
  if (errno != EWOULDBLOCK) return ErrnoStatus(errno, "locking", path);
  return absl::FailedPreconditionError(absl::StrCat(
      "database ", database_path,
      " is in use by another coordinator: stop that one, or choose another "
      "--state folder"));
}

StoreLock::~StoreLock() { close(fd_); }

}  // namespace decant
