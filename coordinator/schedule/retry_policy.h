// The one place that decides whether a failed unit runs again.
#ifndef DECANT_COORDINATOR_SCHEDULE_RETRY_POLICY_H_
#define DECANT_COORDINATOR_SCHEDULE_RETRY_POLICY_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace decant {

// Attempts in a row without progress, before a unit is given up.
inline constexpr int64_t kMaxAppFailures = 3;
inline constexpr int64_t kMaxInfraFailures = 10;
// Losses of one artifact, before it is given up.
inline constexpr int64_t kMaxArtifactLosses = 3;

// A worker on which a unit failed, with its numerics class: two workers of one
// class that fail alike mean that the unit, not the host, is at fault.
struct FailedWorker {
  std::string worker_id;
  std::string numerics_class;
  friend bool operator==(const FailedWorker&, const FailedWorker&) = default;
};

// What is known of a unit's attempts since its last progress.
struct FailureHistory {
  int64_t app_failures = 0;    // Ended with an error of the computation.
  int64_t infra_failures = 0;  // Lost: lease expired, runner died, transient.
  std::vector<FailedWorker> failed_workers;  // Distinct.
};

struct AttemptFailure {
  absl::StatusCode code = absl::StatusCode::kUnknown;
  bool runner_died = false;  // Killed by a signal or abort.
  bool expired = false;      // Nothing was heard: the lease ran out.
  FailedWorker worker;
};

enum class RetryVerdict { kRetry, kQuarantine };

struct RetryDecision {
  RetryVerdict verdict = RetryVerdict::kRetry;
  absl::Duration wait;     // Before the unit may be leased again.
  FailureHistory history;  // With this failure in it.
  std::string reason;      // Of a quarantine: "3 failed attempts", ...
};

// `lease_ttl` scales the backoff (5 s at a TTL of 60 s, doubled each time, at
// most 60 times the first); `jitter_key` spreads it by +-20 %, the same way
// for the same key.
RetryDecision DecideRetry(const FailureHistory& history,
                          const AttemptFailure& failure,
                          absl::Duration lease_ttl,
                          absl::string_view jitter_key);

// As stored: [["worker", "class"], ...].
std::string FailedWorkersToJson(const std::vector<FailedWorker>& workers);
absl::StatusOr<std::vector<FailedWorker>> FailedWorkersFromJson(
    absl::string_view text);

}  // namespace decant

#endif  // DECANT_COORDINATOR_SCHEDULE_RETRY_POLICY_H_
