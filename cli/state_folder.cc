#include "cli/state_folder.h"

#include <unistd.h>

#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "common/base/digest.h"
#include "common/base/files.h"
#include "common/base/json.h"
#include "common/base/status_macros.h"

namespace decant {
namespace {

constexpr size_t kKeyChars = 16;

std::string CurrentFile(const std::string& root) {
  return JoinPath(root, "current.json");
}

absl::Status CheckLocal(const std::string& root) {
  const std::string network = NetworkFilesystemName(root);
  if (network.empty()) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      "state folder ", root, " is on a network filesystem (", network,
      "), which may lose what a database wrote; use a local disk, for ",
      "example --state /var/tmp/decant-", getuid()));
}

}  // namespace

std::string DefaultStateRoot() {
  const char* xdg = std::getenv("XDG_STATE_HOME");
  if (xdg != nullptr && xdg[0] == '/') return JoinPath(xdg, "decant");
  const char* home = std::getenv("HOME");
  return JoinPath(home == nullptr || home[0] == '\0' ? "/tmp" : home,
                  ".local/state/decant");
}

absl::StatusOr<StateFolder> StateFolder::Open(const std::string& root,
                                              const std::string& workspace) {
  const std::string absolute = AbsolutePath(root);
  RETURN_IF_ERROR(CheckLocal(absolute));
  const std::string key = Sha256Hex(workspace).substr(0, kKeyChars);
  const std::string path = JoinPath(absolute, key);
  RETURN_IF_ERROR(MakeFolders(path));
  RETURN_IF_ERROR(WriteFileAtomically(
      CurrentFile(absolute), CanonicalJson(Json{{"workspace", workspace}})));
  return StateFolder(path, workspace);
}

absl::StatusOr<StateFolder> StateFolder::OpenCurrent(const std::string& root) {
  const std::string file = CurrentFile(AbsolutePath(root));
  if (!FileExists(file)) {
    return absl::NotFoundError(absl::StrCat(
        "no jobs yet in ", AbsolutePath(root),
        "; `decant run RECIPE` makes one, --coordinator ADDR asks a shared ",
        "coordinator"));
  }
  ASSIGN_OR_RETURN(const std::string text, ReadFile(file));
  ASSIGN_OR_RETURN(const Json json, ParseJson(text, file));
  const auto workspace = json.find("workspace");
  if (workspace == json.end() || !workspace->is_string()) {
    return absl::DataLossError(
        absl::StrCat(file, ": no workspace in it; remove the file"));
  }
  return Open(root, workspace->get<std::string>());
}

std::string StateFolder::ports_file() const {
  return JoinPath(path_, "ports.json");
}

}  // namespace decant
