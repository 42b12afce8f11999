#include "coordinator/dispatch/publishing.h"

#include <fcntl.h>
#include <stdio.h>

#include <cerrno>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/files.h"
#include "common/base/paths.h"
#include "common/base/status_macros.h"

namespace decant {
namespace {

// rename(2) that fails when `to` exists: an output that appeared meanwhile is
// never overwritten.
absl::Status RenameOntoNothing(const std::string& from, const std::string& to) {
  if (renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(),
                RENAME_NOREPLACE) == 0) {
    return SyncFolder(DirName(to));
  }
  if (errno == EEXIST || errno == ENOTEMPTY) {
    return absl::AlreadyExistsError(absl::StrCat(
        to, " exists and is another model; move it away or use --replace"));
  }
  // Some network filesystems lack the flag; the check is then not atomic.
  if (errno == EINVAL || errno == ENOSYS) {
    if (PathExists(to)) {
      return absl::AlreadyExistsError(absl::StrCat(
          to, " exists and is another model; move it away or use --replace"));
    }
    return RenameDurably(from, to);
  }
  return ErrnoStatus(errno, absl::StrCat("cannot rename to ", to, " from"),
                     from);
}

// "<output>.partial-<job>-<epoch>" -> "<output>.replaced-<job>-<epoch>", which
// RemoveStagingFolders knows, should a crash leave it behind.
std::string ReplacedPath(const std::string& staging_folder,
                         const std::string& output_path) {
  const std::string prefix = absl::StrCat(output_path, ".partial-");
  const std::string tail = absl::StartsWith(staging_folder, prefix)
                               ? staging_folder.substr(prefix.size())
                               : BaseName(staging_folder);
  return absl::StrCat(output_path, ".replaced-", tail);
}

}  // namespace

absl::Status PublishFolder(const std::string& staging_folder,
                           const std::string& output_path, bool replace) {
  const std::string replaced = ReplacedPath(staging_folder, output_path);
  if (!IsFolder(staging_folder)) {
    // Published before a crash: the rename was the last thing that could fail.
    if (IsFolder(output_path)) return RemoveAll(replaced);
    return absl::NotFoundError(absl::StrCat(
        "the finished model's folder ", staging_folder,
        " is gone before it was published; retry the job to make it again"));
  }
  if (replace && PathExists(output_path)) {
    RETURN_IF_ERROR(RemoveAll(replaced));
    RETURN_IF_ERROR(RenameDurably(output_path, replaced));
  }
  RETURN_IF_ERROR(RenameOntoNothing(staging_folder, output_path));
  return RemoveAll(replaced);
}

absl::StatusOr<std::string> RejectFolder(const std::string& staging_folder,
                                         const std::string& output_path) {
  const std::string rejected = absl::StrCat(output_path, ".rejected");
  if (!IsFolder(staging_folder)) {
    if (IsFolder(rejected)) return rejected;
    return absl::NotFoundError(
        absl::StrCat("the rejected model's folder ", staging_folder,
                     " is gone; retry the job to make it again"));
  }
  if (PathExists(rejected) && !FileExists(JoinPath(rejected, "decant.json"))) {
    return absl::AlreadyExistsError(absl::StrCat(
        rejected, " exists and is no model of Decant; move it away"));
  }
  RETURN_IF_ERROR(RemoveAll(rejected));
  RETURN_IF_ERROR(RenameOntoNothing(staging_folder, rejected));
  return rejected;
}

absl::Status RemoveStagingFolders(const std::string& job_id,
                                  const std::string& output_path) {
  const std::string folder = DirName(output_path);
  if (!IsFolder(folder)) return absl::OkStatus();
  const std::string base = BaseName(output_path);
  ASSIGN_OR_RETURN(const std::vector<std::string> names, ListFolder(folder));
  for (const std::string& name : names) {
    if (absl::StartsWith(name, absl::StrCat(base, ".partial-", job_id, "-")) ||
        absl::StartsWith(name, absl::StrCat(base, ".replaced-", job_id, "-"))) {
      RETURN_IF_ERROR(RemoveAll(JoinPath(folder, name)));
    }
  }
  return absl::OkStatus();
}

}  // namespace decant
