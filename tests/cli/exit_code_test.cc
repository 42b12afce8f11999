#include "cli/exit_code.h"

#include "gtest/gtest.h"

namespace decant {
namespace {

TEST(ExitCodeTest, FollowsTheStatus) {
  const struct {
    absl::StatusCode code;
    int want;
  } kCases[] = {
      {absl::StatusCode::kOk, 0},
      {absl::StatusCode::kInternal, 1},
      {absl::StatusCode::kFailedPrecondition, 1},
      {absl::StatusCode::kInvalidArgument, 2},
      {absl::StatusCode::kNotFound, 3},
      {absl::StatusCode::kPermissionDenied, 4},
      {absl::StatusCode::kUnauthenticated, 4},
      {absl::StatusCode::kUnavailable, 5},
      {absl::StatusCode::kDeadlineExceeded, 6},
      {absl::StatusCode::kCancelled, 130},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(static_cast<int>(ExitCodeFor(absl::Status(c.code, ""))), c.want);
  }
}

TEST(ExitCodeTest, FollowsTheFinalState) {
  EXPECT_EQ(ExitCodeFor(v1::JOB_STATE_DONE), ExitCode::kDone);
  EXPECT_EQ(ExitCodeFor(v1::JOB_STATE_FAILED), ExitCode::kFailed);
  EXPECT_EQ(static_cast<int>(ExitCodeFor(v1::JOB_STATE_CANCELLED)), 7);
  EXPECT_EQ(static_cast<int>(ExitCodeFor(v1::JOB_STATE_REJECTED)), 8);
}

}  // namespace
}  // namespace decant
