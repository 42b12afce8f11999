#include "coordinator/schedule/retry_policy.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "common/base/digest.h"
#include "common/base/json.h"
#include "common/base/status_macros.h"

namespace decant {
namespace {

// Repeating cannot help: the same inputs give the same answer.
bool IsHopeless(absl::StatusCode code) {
  return code == absl::StatusCode::kInvalidArgument ||
         code == absl::StatusCode::kNotFound ||
         code == absl::StatusCode::kFailedPrecondition ||
         code == absl::StatusCode::kDataLoss ||
         code == absl::StatusCode::kUnimplemented;
}

bool IsInfrastructure(const AttemptFailure& failure) {
  return failure.runner_died || failure.expired ||
         failure.code == absl::StatusCode::kUnavailable ||
         failure.code == absl::StatusCode::kDeadlineExceeded ||
         failure.code == absl::StatusCode::kAborted ||
         failure.code == absl::StatusCode::kCancelled;
}

bool TwoWorkersOfOneClass(const std::vector<FailedWorker>& workers) {
  for (size_t i = 0; i < workers.size(); ++i) {
    for (size_t j = i + 1; j < workers.size(); ++j) {
      if (workers[i].numerics_class == workers[j].numerics_class) return true;
    }
  }
  return false;
}

absl::Duration Backoff(int64_t failures, absl::Duration lease_ttl,
                       absl::string_view jitter_key) {
  const absl::Duration first = lease_ttl / 12;
  const double factor =
      std::min(60.0, std::exp2(static_cast<double>(failures - 1)));
  const auto hash = Sha256(absl::StrCat(jitter_key, "/", failures));
  const double jitter = 0.8 + 0.4 * (hash[0] / 255.0);
  return first * (factor * jitter);
}

}  // namespace

RetryDecision DecideRetry(const FailureHistory& history,
                          const AttemptFailure& failure,
                          absl::Duration lease_ttl,
                          absl::string_view jitter_key) {
  RetryDecision decision;
  decision.history = history;
  FailureHistory& after = decision.history;
  const bool infrastructure = IsInfrastructure(failure);
  ++(infrastructure ? after.infra_failures : after.app_failures);
  // A death is the host's fault until a second host sees it too.
  const bool blames_unit = !infrastructure || failure.runner_died;
  std::vector<FailedWorker>& blamed = after.failed_workers;
  if (blames_unit &&
      std::find(blamed.begin(), blamed.end(), failure.worker) == blamed.end()) {
    blamed.push_back(failure.worker);
  }

  if (!infrastructure && IsHopeless(failure.code)) {
    decision.reason = "an error that repeats";
  } else if (after.app_failures >= kMaxAppFailures) {
    decision.reason = absl::StrCat(after.app_failures, " failed attempts");
  } else if (after.infra_failures >= kMaxInfraFailures) {
    decision.reason = absl::StrCat(after.infra_failures, " lost attempts");
  } else if (blames_unit && TwoWorkersOfOneClass(blamed)) {
    decision.reason = "failed on two workers of the same class";
  }
  if (!decision.reason.empty()) {
    decision.verdict = RetryVerdict::kQuarantine;
  } else if (!failure.expired) {
    // An expired lease has waited long enough already.
    decision.wait =
        Backoff(infrastructure ? after.infra_failures : after.app_failures,
                lease_ttl, jitter_key);
  }
  return decision;
}

std::string FailedWorkersToJson(const std::vector<FailedWorker>& workers) {
  if (workers.empty()) return "";
  Json list = Json::array();
  for (const FailedWorker& worker : workers) {
    list.push_back(Json::array({worker.worker_id, worker.numerics_class}));
  }
  return CanonicalJson(list);
}

absl::StatusOr<std::vector<FailedWorker>> FailedWorkersFromJson(
    absl::string_view text) {
  std::vector<FailedWorker> workers;
  if (text.empty()) return workers;
  ASSIGN_OR_RETURN(const Json list, ParseJson(text, "failed workers"));
  if (!list.is_array()) {
    return absl::InvalidArgumentError("failed workers: not a list");
  }
  for (const Json& pair : list) {
    if (!pair.is_array() || pair.size() != 2 || !pair[0].is_string() ||
        !pair[1].is_string()) {
      return absl::InvalidArgumentError("failed workers: not a pair of names");
    }
    workers.push_back({pair[0].get<std::string>(), pair[1].get<std::string>()});
  }
  return workers;
}

}  // namespace decant
