// Where private coordinators keep their databases.
//
//   <state>/current.json            the workspace used last: {"workspace": ...}
//   <state>/<key>/decant.db         one database per workspace;
//   <state>/<key>/ports.json          ports and process of a live coordinator
//   <state>/<key>/*.log               output of the private programs
//
// <key> is the first 16 hex digits of SHA-256 of the workspace's path: a
// database knows artifacts of one workspace only, so each has its own.
#ifndef DECANT_CLI_STATE_FOLDER_H_
#define DECANT_CLI_STATE_FOLDER_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace decant {

// $XDG_STATE_HOME/decant, or ~/.local/state/decant.
std::string DefaultStateRoot();

class StateFolder {
 public:
  // Makes <root>/<key> and records `workspace` (absolute) as the current one.
  // FailedPrecondition on a network filesystem, naming a local alternative.
  static absl::StatusOr<StateFolder> Open(const std::string& root,
                                          const std::string& workspace);
  // Of the workspace that was used last. NotFound when there was none.
  static absl::StatusOr<StateFolder> OpenCurrent(const std::string& root);

  const std::string& path() const { return path_; }
  const std::string& workspace() const { return workspace_; }
  std::string ports_file() const;

 private:
  StateFolder(std::string path, std::string workspace)
      : path_(std::move(path)), workspace_(std::move(workspace)) {}

  std::string path_;
  std::string workspace_;
};

}  // namespace decant

#endif  // DECANT_CLI_STATE_FOLDER_H_
