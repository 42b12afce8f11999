#include "coordinator/dispatch/disk_space.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "absl/strings/str_cat.h"
#include "common/base/files.h"
#include "common/base/format.h"
#include "common/base/paths.h"
#include "common/base/status_macros.h"

namespace decant {
namespace {

absl::Status CheckFits(const std::string& what, const std::string& path,
                       int64_t needed_bytes) {
  ASSIGN_OR_RETURN(const int64_t free_bytes, FreeBytes(path));
  if (needed_bytes <= free_bytes) return absl::OkStatus();
  return absl::ResourceExhaustedError(absl::StrCat(
      "not enough space for ", what, " at ", path, ": ",
      HumanBytes(needed_bytes), " needed, ", HumanBytes(free_bytes),
      " free; free some or use another "
      "filesystem"));
}

bool OnOneFilesystem(const std::string& a, const std::string& b) {
  struct stat stat_a = {};
  struct stat stat_b = {};
  return stat(a.c_str(), &stat_a) == 0 && stat(b.c_str(), &stat_b) == 0 &&
         stat_a.st_dev == stat_b.st_dev;
}

}  // namespace

absl::Status CheckDiskSpace(const DiskNeed& need) {
  const std::string parent = DirName(need.output_path);
  RETURN_IF_ERROR(
      Annotate(MakeFolders(parent), absl::StrCat("output ", need.output_path)));
  if (access(parent.c_str(), W_OK) != 0) {
    return ErrnoStatus(errno, "output: cannot write to", parent);
  }
  if (OnOneFilesystem(parent, need.workspace)) {
    return CheckFits("workspace and output", need.workspace,
                     need.workspace_bytes);
  }
  RETURN_IF_ERROR(
      CheckFits("the workspace", need.workspace, need.workspace_bytes));
  return CheckFits("the output", parent, need.output_bytes);
}

}  // namespace decant
