#include "cli/private_workers.h"

#include <signal.h>

#include "absl/strings/str_cat.h"
#include "common/base/files.h"
#include "common/base/status_macros.h"

namespace decant {

absl::StatusOr<PrivateWorkers> PrivateWorkers::Start(
    const PrivateWorkerOptions& options) {
  PrivateWorkers workers;
  ASSIGN_OR_RETURN(const std::string program,
                   FindSiblingProgram("decant-worker"));
  for (int i = 0; i < options.count; ++i) {
    // Equal names from run to run: a new process under an old name hands back
    // at once what the old one held.
    const std::string id = absl::StrCat("local-", i);
    std::vector<std::string> arguments = {"--coordinator", options.coordinator,
                                          "--id", id};
    if (options.slots > 0) {
      arguments.insert(arguments.end(),
                       {"--slots", absl::StrCat(options.slots)});
    }
    if (options.threads > 0) {
      arguments.insert(arguments.end(),
                       {"--threads", absl::StrCat(options.threads)});
    }
    ASSIGN_OR_RETURN(std::unique_ptr<ChildProcess> child,
                     ChildProcess::Start(program, arguments,
                                         JoinPath(options.log_folder,
                                                  absl::StrCat(id, ".log"))));
    workers.children_.push_back(std::move(child));
  }
  return workers;
}

PrivateWorkers::~PrivateWorkers() {
  for (const auto& child : children_) {
    if (child->IsRunning()) kill(child->pid(), SIGTERM);
  }
}

absl::Status PrivateWorkers::CheckAlive() {
  for (const auto& child : children_) {
    if (!child->IsRunning()) {
      return absl::UnavailableError(child->DescribeEnd());
    }
  }
  return absl::OkStatus();
}

}  // namespace decant
