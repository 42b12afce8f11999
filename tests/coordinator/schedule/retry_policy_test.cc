#include "coordinator/schedule/retry_policy.h"

#include <string>

#include "gtest/gtest.h"

namespace decant {
namespace {

constexpr absl::Duration kTtl = absl::Seconds(60);

AttemptFailure Failure(absl::StatusCode code, const std::string& worker = "w1",
                       const std::string& numerics_class = "cpu") {
  AttemptFailure failure;
  failure.code = code;
  failure.worker = {worker, numerics_class};
  return failure;
}

// Applies the same failure until it is quarantined; returns how many it took.
int CountUntilQuarantine(const AttemptFailure& failure) {
  FailureHistory history;
  for (int count = 1; count <= 100; ++count) {
    const RetryDecision decision = DecideRetry(history, failure, kTtl, "u");
    if (decision.verdict == RetryVerdict::kQuarantine) return count;
    history = decision.history;
  }
  return -1;
}

TEST(RetryPolicyTest, CountsByKindOfError) {
  const struct {
    absl::StatusCode code;
    int want;
  } kCases[] = {
      {absl::StatusCode::kInvalidArgument, 1},
      {absl::StatusCode::kNotFound, 1},
      {absl::StatusCode::kFailedPrecondition, 1},
      {absl::StatusCode::kDataLoss, 1},
      {absl::StatusCode::kInternal, 3},
      {absl::StatusCode::kUnknown, 3},
      {absl::StatusCode::kResourceExhausted, 3},
      {absl::StatusCode::kUnavailable, 10},
      {absl::StatusCode::kDeadlineExceeded, 10},
      {absl::StatusCode::kAborted, 10},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(CountUntilQuarantine(Failure(c.code)), c.want)
        << absl::StatusCodeToString(c.code);
  }
}

TEST(RetryPolicyTest, ExpiredLeasesAreInfrastructureAndWaitNoMore) {
  AttemptFailure expired = Failure(absl::StatusCode::kUnknown);
  expired.expired = true;

  EXPECT_EQ(CountUntilQuarantine(expired), 10);
  EXPECT_EQ(DecideRetry({}, expired, kTtl, "u").wait, absl::ZeroDuration());
}

TEST(RetryPolicyTest, ADeadRunnerIsTheHostsFaultUntilASecondHostSeesIt) {
  AttemptFailure death = Failure(absl::StatusCode::kInternal, "w1");
  death.runner_died = true;
  EXPECT_EQ(CountUntilQuarantine(death), 10);

  const RetryDecision first = DecideRetry({}, death, kTtl, "u");
  death.worker.worker_id = "w2";
  const RetryDecision second = DecideRetry(first.history, death, kTtl, "u");

  EXPECT_EQ(second.verdict, RetryVerdict::kQuarantine);
}

TEST(RetryPolicyTest, TwoWorkersOfOneClassAreEnough) {
  const auto code = absl::StatusCode::kInternal;
  const FailureHistory one =
      DecideRetry({}, Failure(code, "w1"), kTtl, "u").history;

  EXPECT_EQ(DecideRetry(one, Failure(code, "w2"), kTtl, "u").verdict,
            RetryVerdict::kQuarantine);
  EXPECT_EQ(DecideRetry(one, Failure(code, "w2", "cuda"), kTtl, "u").verdict,
            RetryVerdict::kRetry);
  EXPECT_EQ(DecideRetry(one, Failure(code, "w1"), kTtl, "u").verdict,
            RetryVerdict::kRetry);
}

TEST(RetryPolicyTest, BackoffDoublesScalesWithTheLeaseAndRepeats) {
  const AttemptFailure failure = Failure(absl::StatusCode::kUnavailable);
  FailureHistory history;
  double nominal_seconds = 5;
  for (int i = 0; i < 6; ++i) {
    const RetryDecision decision = DecideRetry(history, failure, kTtl, "u");
    EXPECT_GE(decision.wait, absl::Seconds(nominal_seconds * 0.799));
    EXPECT_LE(decision.wait, absl::Seconds(nominal_seconds * 1.201));
    EXPECT_EQ(decision.wait, DecideRetry(history, failure, kTtl, "u").wait);
    const absl::Duration scaled =
        DecideRetry(history, failure, kTtl / 30, "u").wait;
    EXPECT_LT(absl::AbsDuration(scaled - decision.wait / 30),
              absl::Microseconds(1));
    history = decision.history;
    nominal_seconds *= 2;
  }
}

TEST(RetryPolicyTest, JitterSpreadsUnits) {
  const AttemptFailure failure = Failure(absl::StatusCode::kUnavailable);

  EXPECT_NE(DecideRetry({}, failure, kTtl, "a").wait,
            DecideRetry({}, failure, kTtl, "b").wait);
}

TEST(RetryPolicyTest, FailedWorkersSurviveStorage) {
  const std::vector<FailedWorker> workers = {{"w\"1", "cpu"}, {"w2", "cuda"}};

  const auto back = FailedWorkersFromJson(FailedWorkersToJson(workers));

  ASSERT_TRUE(back.ok());
  EXPECT_EQ(*back, workers);
  EXPECT_TRUE(FailedWorkersFromJson("")->empty());
  EXPECT_FALSE(FailedWorkersFromJson("{}").ok());
  EXPECT_FALSE(FailedWorkersFromJson("[[1,2]]").ok());
}

}  // namespace
}  // namespace decant
