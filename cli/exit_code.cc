#include "cli/exit_code.h"

namespace decant {

ExitCode ExitCodeFor(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return ExitCode::kDone;
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kOutOfRange:
      return ExitCode::kUsage;
    case absl::StatusCode::kNotFound:
      return ExitCode::kNotFound;
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kUnauthenticated:
      return ExitCode::kDenied;
    case absl::StatusCode::kUnavailable:
      return ExitCode::kUnavailable;
    case absl::StatusCode::kDeadlineExceeded:
      return ExitCode::kWaitTimedOut;
    case absl::StatusCode::kCancelled:
      return ExitCode::kInterrupted;
    default:
      return ExitCode::kFailed;
  }
}

ExitCode ExitCodeFor(v1::JobState state) {
  switch (state) {
    case v1::JOB_STATE_DONE:
      return ExitCode::kDone;
    case v1::JOB_STATE_CANCELLED:
      return ExitCode::kCancelled;
    case v1::JOB_STATE_REJECTED:
      return ExitCode::kRejected;
    default:
      return ExitCode::kFailed;
  }
}

}  // namespace decant
