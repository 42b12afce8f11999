#include "common/base/files.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/ids.h"
#include "common/base/status_macros.h"

namespace decant {
namespace {

absl::StatusCode CodeOf(int errno_value) {
  switch (errno_value) {
    case ENOENT:
    case ENOTDIR:
      return absl::StatusCode::kNotFound;
    case EACCES:
    case EPERM:
    case EROFS:
      return absl::StatusCode::kPermissionDenied;
    case EMFILE:
    case ENFILE:
    case ENOSPC:
    case EDQUOT:
    case ENOMEM:
      return absl::StatusCode::kResourceExhausted;
    // A network filesystem that hiccups: the same call may succeed later.
    case ESTALE:
    case EIO:
    case EAGAIN:
    case ETIMEDOUT:
    case EBUSY:
      return absl::StatusCode::kUnavailable;
    default:
      return absl::ErrnoToStatusCode(errno_value);
  }
}

FileStamp ToStamp(const struct stat& info) {
  return {
      .size_bytes = info.st_size,
      .mtime_ns = static_cast<int64_t>(info.st_mtim.tv_sec) * 1'000'000'000 +
                  info.st_mtim.tv_nsec,
      .inode = info.st_ino};
}

// Beside the target, hidden, and unique across hosts that share the folder.
std::string TemporaryPath(absl::string_view path) {
  return JoinPath(DirName(path), absl::StrCat(".", BaseName(path), ".",
                                              RandomChars(8), ".tmp"));
}

absl::StatusOr<std::string> WriteTemporary(absl::string_view path,
                                           absl::string_view bytes) {
  const std::string temporary = TemporaryPath(path);
  ASSIGN_OR_RETURN(File file, File::Create(temporary));
  absl::Status status = file.WriteAt(0, bytes.data(), bytes.size());
  if (status.ok()) status = file.Sync();
  if (!status.ok()) {
    unlink(temporary.c_str());
    return status;
  }
  return temporary;
}

// Gives `from` the name `to` as well, or instead, unless `to` exists.
int LinkOrRename(const std::string& from, const std::string& to) {
  if (link(from.c_str(), to.c_str()) == 0) return 0;
  if (errno != EPERM && errno != EOPNOTSUPP && errno != ENOSYS) return errno;
  // Filesystems without hard links (some FUSE mounts).
  if (renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(),
                RENAME_NOREPLACE) == 0) {
    return 0;
  }
  return errno;
}

}  // namespace

absl::Status ErrnoStatus(int errno_value, absl::string_view doing,
                         absl::string_view path) {
  return absl::Status(
      CodeOf(errno_value),
      absl::StrCat(
          doing, " ", path, ": ",
          std::error_code(errno_value, std::generic_category()).message()));
}

absl::StatusOr<File> File::OpenForRead(absl::string_view path) {
  std::string name(path);
  const int fd = open(name.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return ErrnoStatus(errno, "opening", path);
  return File(fd, std::move(name));
}

absl::StatusOr<File> File::Create(absl::string_view path) {
  std::string name(path);
  const int fd =
      open(name.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0) return ErrnoStatus(errno, "creating", path);
  return File(fd, std::move(name));
}

File::File(File&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), path_(std::move(other.path_)) {}

File& File::operator=(File&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(path_, other.path_);
  return *this;
}

File::~File() {
  if (fd_ >= 0) close(fd_);
}

absl::StatusOr<FileStamp> File::Stamp() const {
  struct stat info;
  if (fstat(fd_, &info) != 0) return ErrnoStatus(errno, "examining", path_);
  return ToStamp(info);
}

absl::Status File::ReadAt(int64_t offset, void* buffer,
                          size_t size_bytes) const {
  char* to = static_cast<char*>(buffer);
  while (size_bytes > 0) {
    const ssize_t got = pread(fd_, to, size_bytes, offset);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return ErrnoStatus(errno, "reading", path_);
    if (got == 0) {
      return absl::DataLossError(absl::StrCat(
          path_, ": ends at byte ", offset, ", ", size_bytes, " bytes early"));
    }
    to += got;
    offset += got;
    size_bytes -= static_cast<size_t>(got);
  }
  return absl::OkStatus();
}

absl::Status File::WriteAt(int64_t offset, const void* data,
                           size_t size_bytes) {
  const char* from = static_cast<const char*>(data);
  while (size_bytes > 0) {
    const ssize_t put = pwrite(fd_, from, size_bytes, offset);
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return ErrnoStatus(errno, "writing", path_);
    from += put;
    offset += put;
    size_bytes -= static_cast<size_t>(put);
  }
  return absl::OkStatus();
}

absl::Status File::Resize(int64_t size_bytes) {
  if (ftruncate(fd_, size_bytes) != 0) {
    return ErrnoStatus(errno, "resizing", path_);
  }
  return absl::OkStatus();
}

absl::Status File::Reserve(int64_t size_bytes) {
  RETURN_IF_ERROR(Resize(size_bytes));
  // Not posix_fallocate: without support that writes every block itself.
  if (size_bytes == 0 || fallocate(fd_, 0, 0, size_bytes) == 0 ||
      errno == EOPNOTSUPP || errno == ENOSYS || errno == EINTR) {
    return absl::OkStatus();
  }
  return ErrnoStatus(errno, "reserving space for", path_);
}

absl::Status File::Sync() {
  if (fsync(fd_) != 0) return ErrnoStatus(errno, "syncing", path_);
  return absl::OkStatus();
}

absl::StatusOr<FileStamp> StampOf(absl::string_view path) {
  struct stat info;
  if (stat(std::string(path).c_str(), &info) != 0) {
    return ErrnoStatus(errno, "examining", path);
  }
  return ToStamp(info);
}

absl::StatusOr<std::string> ReadFile(absl::string_view path,
                                     int64_t max_size_bytes) {
  ASSIGN_OR_RETURN(const File file, File::OpenForRead(path));
  ASSIGN_OR_RETURN(const FileStamp stamp, file.Stamp());
  if (stamp.size_bytes > max_size_bytes) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": has ", stamp.size_bytes, " bytes; at most ",
                     max_size_bytes, " are accepted"));
  }
  std::string bytes(static_cast<size_t>(stamp.size_bytes), '\0');
  RETURN_IF_ERROR(file.ReadAt(0, bytes.data(), bytes.size()));
  return bytes;
}

absl::Status WriteFileAtomically(absl::string_view path,
                                 absl::string_view bytes) {
  ASSIGN_OR_RETURN(const std::string temporary, WriteTemporary(path, bytes));
  absl::Status status = RenameDurably(temporary, path);
  if (!status.ok()) unlink(temporary.c_str());
  return status;
}

absl::Status CreateFileAtomically(absl::string_view path,
                                  absl::string_view bytes) {
  ASSIGN_OR_RETURN(const std::string temporary, WriteTemporary(path, bytes));
  const int error = LinkOrRename(temporary, std::string(path));
  unlink(temporary.c_str());
  if (error != 0) return ErrnoStatus(error, "creating", path);
  return SyncFolder(DirName(path));
}

absl::Status Touch(absl::string_view path) {
  if (utimensat(AT_FDCWD, std::string(path).c_str(), nullptr, 0) != 0) {
    return ErrnoStatus(errno, "touching", path);
  }
  return absl::OkStatus();
}

absl::Status RenameDurably(absl::string_view from, absl::string_view to) {
  if (rename(std::string(from).c_str(), std::string(to).c_str()) != 0) {
    return ErrnoStatus(errno, absl::StrCat("renaming ", from, " to"), to);
  }
  return SyncFolder(DirName(to));
}

absl::Status SyncFolder(absl::string_view folder) {
  const int fd =
      open(std::string(folder).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return ErrnoStatus(errno, "opening", folder);
  const int error = fsync(fd) == 0 ? 0 : errno;
  close(fd);
  // EINVAL: a filesystem that keeps its folders in order by itself.
  if (error == 0 || error == EINVAL) return absl::OkStatus();
  return ErrnoStatus(error, "syncing", folder);
}

bool FileExists(absl::string_view path) {
  struct stat info;
  return stat(std::string(path).c_str(), &info) == 0 && S_ISREG(info.st_mode);
}

bool PathExists(absl::string_view path) {
  struct stat info;
  return lstat(std::string(path).c_str(), &info) == 0;
}

bool IsFolder(absl::string_view path) {
  struct stat info;
  return stat(std::string(path).c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

absl::Status MakeFolders(absl::string_view path) {
  std::error_code error;
  std::filesystem::create_directories(std::string(path), error);
  if (error) return ErrnoStatus(error.value(), "making folder", path);
  return absl::OkStatus();
}

absl::Status RemoveFile(absl::string_view path) {
  if (unlink(std::string(path).c_str()) != 0 && errno != ENOENT) {
    return ErrnoStatus(errno, "removing", path);
  }
  return absl::OkStatus();
}

absl::Status RemoveAll(absl::string_view path) {
  std::error_code error;
  std::filesystem::remove_all(std::string(path), error);
  if (error) return ErrnoStatus(error.value(), "removing", path);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::string>> ListFolder(absl::string_view path) {
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(
      opendir(std::string(path).c_str()), &closedir);
  if (folder == nullptr) return ErrnoStatus(errno, "listing", path);
  std::vector<std::string> names;
  while (true) {
    errno = 0;
    const dirent* entry = readdir(folder.get());
    if (entry == nullptr) break;
    std::string name = entry->d_name;
    if (name != "." && name != "..") names.push_back(std::move(name));
  }
  if (errno != 0) return ErrnoStatus(errno, "listing", path);
  std::sort(names.begin(), names.end());
  return names;
}

absl::StatusOr<int64_t> FreeBytes(absl::string_view path) {
  struct statvfs info;
  if (statvfs(std::string(path).c_str(), &info) != 0) {
    return ErrnoStatus(errno, "examining the filesystem of", path);
  }
  return static_cast<int64_t>(info.f_bavail * info.f_frsize);
}

}  // namespace decant
