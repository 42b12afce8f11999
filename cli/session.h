// A verb's connection: to the coordinator the user named, or to a private one.
#ifndef DECANT_CLI_SESSION_H_
#define DECANT_CLI_SESSION_H_

#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "cli/job_client.h"
#include "cli/private_coordinator.h"
#include "cli/state_folder.h"
#include "cli/verb_context.h"

namespace decant {

class Session {
 public:
  // Connects to --coordinator, if there is one. Else attaches to, or starts,
  // the private coordinator of --workspace, of `workspace`, or of the workspace
  // used last, whichever is given first. The API version is checked.
  static absl::StatusOr<std::unique_ptr<Session>> Open(
      const VerbContext& context, const std::string& workspace = "",
      bool take_over_workspace = false);

  JobClient& client() { return *client_; }
  // Null on a shared coordinator.
  PrivateCoordinator* coordinator() { return coordinator_.get(); }
  // Of the private coordinator.
  const std::optional<StateFolder>& folder() const { return folder_; }

 private:
  Session() = default;

  std::optional<StateFolder> folder_;
  std::unique_ptr<PrivateCoordinator> coordinator_;
  std::unique_ptr<JobClient> client_;
};

}  // namespace decant

#endif  // DECANT_CLI_SESSION_H_
