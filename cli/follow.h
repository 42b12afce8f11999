// Follows a job to its end: shared by run, watch, wait and submit --wait.
#ifndef DECANT_CLI_FOLLOW_H_
#define DECANT_CLI_FOLLOW_H_

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "cli/job_client.h"
#include "cli/verb_context.h"

namespace decant {

struct FollowOptions {
  bool show_progress = true;
  absl::Duration timeout = absl::InfiniteDuration();
  // Asked between polls; an error ends the following with it.
  std::function<absl::Status()> check_alive;
};

// The job in its final state.
//
// Cancelled         interrupted; the job goes on.
// DeadlineExceeded  `timeout` passed.
absl::StatusOr<v1::Job> FollowJob(const VerbContext& context, JobClient& client,
                                  const std::string& job_id,
                                  const FollowOptions& options);

// Prints what became of a final job (JSON or text: what changed, gates, where
// the output is) and returns the exit code.
absl::StatusOr<ExitCode> ReportEnd(const VerbContext& context,
                                   JobClient& client, const v1::Job& job);

}  // namespace decant

#endif  // DECANT_CLI_FOLLOW_H_
