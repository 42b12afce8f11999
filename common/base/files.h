// The file operations Decant needs, each turned into a Status that names the
// path and the reason. Durable where it says so. Paths themselves: paths.h.
#ifndef DECANT_COMMON_BASE_FILES_H_
#define DECANT_COMMON_BASE_FILES_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/base/paths.h"  // IWYU pragma: export

namespace decant {

// What identifies the content of a file without reading it.
struct FileStamp {
  int64_t size_bytes = 0;
  int64_t mtime_ns = 0;
  uint64_t inode = 0;
  friend bool operator==(const FileStamp&, const FileStamp&) = default;
};

// An open file descriptor, closed on destruction. Positioned reads and writes
// are thread-safe; the rest is not.
class File {
 public:
  // NotFound, PermissionDenied, ResourceExhausted (too many files), or
  // Unavailable (ESTALE, EIO on open), each naming the path.
  static absl::StatusOr<File> OpenForRead(absl::string_view path);
  // Creates or truncates, mode 0644.
  static absl::StatusOr<File> Create(absl::string_view path);

  File(File&& other) noexcept;
  File& operator=(File&& other) noexcept;
  ~File();

  const std::string& path() const { return path_; }
  absl::StatusOr<FileStamp> Stamp() const;

  // Reads exactly `size_bytes` at `offset`. DataLoss when the file ends early.
  absl::Status ReadAt(int64_t offset, void* buffer, size_t size_bytes) const;
  // Writes all. ResourceExhausted when the disk is full.
  absl::Status WriteAt(int64_t offset, const void* data, size_t size_bytes);
  absl::Status Resize(int64_t size_bytes);
  // Resize, and where the filesystem can, allocates the space now, so that a
  // full disk shows before hours of writing. ResourceExhausted when it is full.
  absl::Status Reserve(int64_t size_bytes);
  absl::Status Sync();

 private:
  File(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}
  int fd_ = -1;
  std::string path_;
};

// `errno_value` as a Status: "<doing> <path>: <reason>".
absl::Status ErrnoStatus(int errno_value, absl::string_view doing,
                         absl::string_view path);

// Stamp of what `path` names now (symlinks are followed).
absl::StatusOr<FileStamp> StampOf(absl::string_view path);

// InvalidArgument when the file is larger than `max_size_bytes`.
absl::StatusOr<std::string> ReadFile(absl::string_view path,
                                     int64_t max_size_bytes = 1LL << 30);

// Writes `path` so that after a crash it holds either the old or the new
// bytes: temporary file beside it, fsync, rename, fsync of the folder.
absl::Status WriteFileAtomically(absl::string_view path,
                                 absl::string_view bytes);

// As WriteFileAtomically, but AlreadyExists, leaving the old bytes, when `path`
// exists: of several processes exactly one wins.
absl::Status CreateFileAtomically(absl::string_view path,
                                  absl::string_view bytes);

// Sets the modification time of `path` to now.
absl::Status Touch(absl::string_view path);

// rename(2) followed by fsync of the target's folder (both on one filesystem).
absl::Status RenameDurably(absl::string_view from, absl::string_view to);
absl::Status SyncFolder(absl::string_view folder);

bool FileExists(absl::string_view path);  // A regular file.
// Anything by that name: file, folder, or a symlink, wherever it leads.
bool PathExists(absl::string_view path);
bool IsFolder(absl::string_view path);
// mkdir -p; OK when it exists.
absl::Status MakeFolders(absl::string_view path);
// unlink(2); OK when absent.
absl::Status RemoveFile(absl::string_view path);
// rm -rf; OK when absent. Symlinks are removed, not followed.
absl::Status RemoveAll(absl::string_view path);
// Entry names (no "." and ".."), sorted.
absl::StatusOr<std::vector<std::string>> ListFolder(absl::string_view path);
absl::StatusOr<int64_t> FreeBytes(absl::string_view path);

}  // namespace decant

#endif  // DECANT_COMMON_BASE_FILES_H_
