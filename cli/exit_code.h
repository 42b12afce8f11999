// How the program ends: scripts branch on these numbers.
#ifndef DECANT_CLI_EXIT_CODE_H_
#define DECANT_CLI_EXIT_CODE_H_

#include "absl/status/status.h"
#include "decant/v1/job.pb.h"

namespace decant {

enum class ExitCode {
  kDone = 0,
  kFailed = 1,
  kUsage = 2,  // Also invalid input: recipe, override, address.
  kNotFound = 3,
  kDenied = 4,
  kUnavailable = 5,
  kWaitTimedOut = 6,
  kCancelled = 7,
  kRejected = 8,  // A gate did not hold.
  kInterrupted = 130,
};

ExitCode ExitCodeFor(const absl::Status& status);

// Of a job in a final state.
ExitCode ExitCodeFor(v1::JobState state);

}  // namespace decant

#endif  // DECANT_CLI_EXIT_CODE_H_
