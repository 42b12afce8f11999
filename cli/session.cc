#include "cli/session.h"

#include "absl/memory/memory.h"
#include "common/base/files.h"
#include "common/base/host_port.h"
#include "common/base/status_macros.h"

namespace decant {
namespace {

absl::StatusOr<StateFolder> ChooseFolder(const GlobalOptions& options,
                                         const std::string& workspace) {
  const std::string wanted =
      options.workspace.empty() ? workspace : options.workspace;
  if (wanted.empty()) return StateFolder::OpenCurrent(options.state);
  return StateFolder::Open(options.state, AbsolutePath(wanted));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Session>> Session::Open(
    const VerbContext& context, const std::string& workspace,
    bool take_over_workspace) {
  auto session = absl::WrapUnique(new Session);
  std::string address = context.options.coordinator;
  if (address.empty()) {
    ASSIGN_OR_RETURN(session->folder_,
                     ChooseFolder(context.options, workspace));
    ASSIGN_OR_RETURN(
        session->coordinator_,
        PrivateCoordinator::AttachOrStart(
            *session->folder_, take_over_workspace, context.interrupt));
    address = session->coordinator_->address();
  } else {
    ASSIGN_OR_RETURN(const HostPort parsed, ParseHostPort(address));
    address = parsed.ToString();
  }
  session->client_ = std::make_unique<JobClient>(address, context.interrupt);
  RETURN_IF_ERROR(session->client_->CheckVersion());
  return session;
}

}  // namespace decant
