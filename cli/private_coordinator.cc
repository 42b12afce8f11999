#include "cli/private_coordinator.h"

#include <optional>
#include <vector>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "cli/job_client.h"
#include "common/base/clock.h"
#include "common/base/files.h"
#include "common/base/json.h"
#include "common/base/status_macros.h"

namespace decant {
namespace {

constexpr absl::Duration kPollInterval = absl::Milliseconds(20);
constexpr absl::Duration kStartPatience = absl::Seconds(30);
constexpr absl::Duration kAttachPatience = absl::Seconds(2);

std::optional<std::string> ReadAddress(const std::string& ports_file) {
  const absl::StatusOr<std::string> text = ReadFile(ports_file);
  if (!text.ok()) return std::nullopt;
  const absl::StatusOr<Json> ports = ParseJson(*text, ports_file);
  if (!ports.ok() || !ports->is_object()) return std::nullopt;
  const auto port = ports->find("grpc");
  if (port == ports->end() || !port->is_number_integer()) return std::nullopt;
  return absl::StrCat("127.0.0.1:", port->get<int64_t>());
}

// The address of a live coordinator of this folder: one that answers there and
// owns the same workspace. The file may be old, and its port another's by now.
std::optional<std::string> FindLive(const StateFolder& folder,
                                    Interrupt& interrupt) {
  const std::optional<std::string> address = ReadAddress(folder.ports_file());
  if (!address.has_value()) return std::nullopt;
  JobClient client(*address, interrupt);
  const auto version = client.GetVersion(kAttachPatience);
  if (!version.ok() || version->workspace() != folder.workspace()) {
    return std::nullopt;
  }
  return address;
}

std::vector<std::string> Arguments(const StateFolder& folder,
                                   bool take_over_workspace) {
  std::vector<std::string> arguments = {
      "--listen",    "127.0.0.1:0",       "--http",      "off",
      "--state",     folder.path(),       "--workspace", folder.workspace(),
      "--port-file", folder.ports_file(),
  };
  if (take_over_workspace) arguments.push_back("--take-over-workspace");
  return arguments;
}

}  // namespace

absl::StatusOr<std::unique_ptr<PrivateCoordinator>>
PrivateCoordinator::AttachOrStart(const StateFolder& folder,
                                  bool take_over_workspace,
                                  Interrupt& interrupt) {
  if (auto live = FindLive(folder, interrupt); live.has_value()) {
    return absl::WrapUnique(new PrivateCoordinator(*live, nullptr));
  }
  RETURN_IF_ERROR(RemoveFile(folder.ports_file()));
  ASSIGN_OR_RETURN(const std::string program,
                   FindSiblingProgram("decant-coordinator"));
  ASSIGN_OR_RETURN(
      std::unique_ptr<ChildProcess> child,
      ChildProcess::Start(program, Arguments(folder, take_over_workspace),
                          JoinPath(folder.path(), "coordinator.log")));
  const absl::Duration deadline = SteadyNow() + kStartPatience;
  while (SteadyNow() < deadline) {
    if (interrupt.requested()) return absl::CancelledError("interrupted");
    // Somebody else's may have won the race for the database: that one is as
    // good as ours.
    const bool is_running = child->IsRunning();
    const auto address = ReadAddress(folder.ports_file());
    if (address.has_value()) {
      return absl::WrapUnique(new PrivateCoordinator(
          *address, is_running ? std::move(child) : nullptr));
    }
    if (!is_running) return absl::UnavailableError(child->DescribeEnd());
    absl::SleepFor(kPollInterval);
  }
  return absl::UnavailableError(
      absl::StrCat("decant-coordinator did not serve within ",
                   absl::FormatDuration(kStartPatience),
                   "; log: ", JoinPath(folder.path(), "coordinator.log")));
}

absl::Status PrivateCoordinator::CheckAlive() {
  if (child_ == nullptr || child_->IsRunning()) return absl::OkStatus();
  return absl::UnavailableError(child_->DescribeEnd());
}

}  // namespace decant
