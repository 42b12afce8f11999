// The coordinator behind `decant run` when none is named: a child of ours on
// loopback, or the live one of another command on the same state folder.
#ifndef DECANT_CLI_PRIVATE_COORDINATOR_H_
#define DECANT_CLI_PRIVATE_COORDINATOR_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cli/child_process.h"
#include "cli/interrupt.h"
#include "cli/state_folder.h"

namespace decant {

// Used by one thread.
class PrivateCoordinator {
 public:
  // Attaches to the live coordinator of `folder`, or starts one and waits until
  // it serves. `take_over_workspace` is handed on to one that starts.
  //
  // Unavailable  it ended at once or did not serve within 30 seconds; the
  //              message has its last log line.
  // Cancelled    interrupted.
  static absl::StatusOr<std::unique_ptr<PrivateCoordinator>> AttachOrStart(
      const StateFolder& folder, bool take_over_workspace,
      Interrupt& interrupt);

  const std::string& address() const { return address_; }
  // Whether it is our child, which ends with this object.
  bool is_own() const { return child_ != nullptr; }
  // Unavailable when our child has ended.
  absl::Status CheckAlive();

 private:
  PrivateCoordinator(std::string address, std::unique_ptr<ChildProcess> child)
      : address_(std::move(address)), child_(std::move(child)) {}

  const std::string address_;
  const std::unique_ptr<ChildProcess> child_;  // Null: somebody else's.
};

}  // namespace decant

#endif  // DECANT_CLI_PRIVATE_COORDINATOR_H_
