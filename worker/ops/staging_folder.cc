#include "worker/ops/staging_folder.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "absl/strings/str_cat.h"
#include "common/base/files.h"
#include "common/base/status_macros.h"

namespace decant {
namespace {

constexpr int64_t kCopyBytes = int64_t{8} << 20;

absl::Status CheckPlainName(absl::string_view name) {
  if (!name.empty() && name != "." && name != ".." &&
      name.find('/') == absl::string_view::npos) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat("'", name, "' is no plain file name"));
}

// Whether link(2) failed because such a link cannot be, and a copy can.
bool LinkIsImpossible(int error) {
  return error == EXDEV || error == EPERM || error == EMLINK ||
         error == ENOTSUP || error == ENOSYS || error == EACCES;
}

}  // namespace

std::string StagingFolderPath(absl::string_view output_path,
                              absl::string_view job_id, int64_t epoch) {
  return absl::StrCat(output_path, ".partial-", job_id, "-", epoch);
}

absl::StatusOr<StagingFolder> StagingFolder::Create(absl::string_view path) {
  RETURN_IF_ERROR(RemoveAll(path));
  RETURN_IF_ERROR(MakeFolders(path));
  return StagingFolder(std::string(path));
}

absl::Status StagingFolder::Link(absl::string_view source,
                                 absl::string_view name) {
  RETURN_IF_ERROR(CheckPlainName(name));
  const std::string target = JoinPath(path_, name);
  if (link(std::string(source).c_str(), target.c_str()) == 0) {
    return absl::OkStatus();
  }
  const int error = errno;
  if (LinkIsImpossible(error)) return Copy(source, name);
  return ErrnoStatus(error, "link", target);
}

absl::Status StagingFolder::Copy(absl::string_view source,
                                 absl::string_view name) {
  RETURN_IF_ERROR(CheckPlainName(name));
  ASSIGN_OR_RETURN(const File from, File::OpenForRead(source));
  ASSIGN_OR_RETURN(const FileStamp stamp, from.Stamp());
  ASSIGN_OR_RETURN(File to, File::Create(JoinPath(path_, name)));
  RETURN_IF_ERROR(to.Reserve(stamp.size_bytes));
  std::string buffer;
  for (int64_t offset = 0; offset < stamp.size_bytes; offset += kCopyBytes) {
    buffer.resize(
        static_cast<size_t>(std::min(kCopyBytes, stamp.size_bytes - offset)));
    RETURN_IF_ERROR(from.ReadAt(offset, buffer.data(), buffer.size()));
    RETURN_IF_ERROR(to.WriteAt(offset, buffer.data(), buffer.size()));
  }
  return to.Sync();
}

absl::Status StagingFolder::Write(absl::string_view name,
                                  absl::string_view bytes) {
  RETURN_IF_ERROR(CheckPlainName(name));
  return WriteFileAtomically(JoinPath(path_, name), bytes);
}

absl::Status StagingFolder::Sync() const {
  RETURN_IF_ERROR(SyncFolder(path_));
  return SyncFolder(DirName(path_));
}

}  // namespace decant
