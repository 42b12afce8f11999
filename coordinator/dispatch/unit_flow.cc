#include "coordinator/dispatch/unit_flow.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/json.h"
#include "common/base/log.h"
#include "common/base/status_macros.h"

namespace decant {
namespace {

constexpr size_t kMaxStoredLogBytes = 8192;

// The end of `text`, at most `limit` bytes of it.
absl::string_view Tail(absl::string_view text, size_t limit) {
  return text.size() <= limit ? text : text.substr(text.size() - limit);
}

// The attempt's error as people see it; the log follows on its own lines.
std::string Describe(const v1::UnitError& error) {
  const auto code = static_cast<absl::StatusCode>(error.code());
  std::string text =
      absl::StrCat(absl::StatusCodeToString(code), ": ",
                   error.message().empty() ? "no message" : error.message());
  if (!error.log_tail().empty()) {
    absl::StrAppend(&text, "\n", Tail(error.log_tail(), kMaxStoredLogBytes));
  }
  return text;
}

absl::StatusOr<UnitResult> ParseResult(const UnitSpec& spec,
                                       const std::string& result_json) {
  ASSIGN_OR_RETURN(const Json json, ParseJson(result_json, "result"));
  ASSIGN_OR_RETURN(UnitResult result, UnitResult::FromJson(json));
  const bool has_all = result.outputs.size() == spec.outputs.size() &&
                       std::all_of(spec.outputs.begin(), spec.outputs.end(),
                                   [&](const std::string& name) {
                                     return result.outputs.count(name) > 0;
                                   });
  if (has_all) return result;
  return absl::InternalError(
      "the worker's result does not have the outputs the unit declares");
}

}  // namespace

void UnitFlow::MakeLeasable(const UnitKey& key) {
  UnitRecord& unit = state_.unit(key);
  unit.lookup = UnitRecord::Lookup::kFinished;
  if (unit.not_before > state_.now.steady) {
    state_.delayed.insert({unit.not_before, key});
  } else {
    state_.scheduler.AddReady(key, unit.spec, unit.row.memory_floor_bytes);
  }
}

void UnitFlow::WakeDelayed() {
  while (!state_.delayed.empty()) {
    const auto [when, key] = *state_.delayed.begin();
    if (when > state_.now.steady) return;
    state_.delayed.erase(state_.delayed.begin());
    const UnitRecord& unit = state_.unit(key);
    state_.scheduler.AddReady(key, unit.spec, unit.row.memory_floor_bytes);
  }
}

void UnitFlow::Grant(const UnitKey& key, const WorkerRecord& worker) {
  state_.MoveUnit(key, UnitEvent::kGranted);
  UnitStatusRow& row = state_.unit(key).row;
  ++row.epoch;
  row.worker_id = worker.id;
  row.worker_incarnation = worker.incarnation;
  state_.leases.Grant(key, worker.id, worker.incarnation, row.epoch,
                      state_.now.steady);
}

Lease UnitFlow::EndLease(const UnitKey& key, const std::string& outcome,
                         const std::string& message, int64_t run_micros) {
  Lease lease = state_.leases.Remove(key);
  const UnitStatusRow& row = state_.unit(key).row;
  state_.pending.attempts.push_back(
      {row.job_id, row.unit_id, lease.epoch, lease.worker_id, lease.incarnation,
       outcome, message, run_micros, state_.now.unix_micros});
  return lease;
}

void UnitFlow::RecordResult(const UnitKey& key, UnitResult result,
                            int64_t epoch) {
  UnitRecord& unit = state_.unit(key);
  UnitStatusRow& row = unit.row;
  row.result_json = CanonicalJson(result.ToJson());
  row.app_failures = row.infra_failures = 0;
  row.failed_workers_json.clear();
  row.message.clear();
  unit.outputs = std::move(result.outputs);
  unit.done_at = state_.now.steady;
  state_.pending.effects.push_back(
      {row.job_id, row.unit_id, row.generation, epoch, row.action_key});
  if (unit.spec.cacheable) {
    state_.pending.results.push_back({row.action_key, row.result_json});
  }
}

void UnitFlow::AcceptKnown(const UnitKey& key, UnitResult result) {
  RecordResult(key, std::move(result), /*epoch=*/0);
  SetCached(state_.job(key.job), key.unit, true);
  ++state_.metrics.results_cached;
  state_.MoveUnit(key, UnitEvent::kCacheHit);
}

void UnitFlow::Finish(const UnitKey& key, const v1::UnitOutcome& outcome) {
  const Lease& lease = *state_.leases.Find(key);
  const UnitRecord& unit = state_.unit(key);
  if (lease.stop == Lease::Stop::kCancelled) {
    Release(key, "dropped: the job is stopping");
    return;
  }
  switch (outcome.outcome_case()) {
    case v1::UnitOutcome::kResultJson: {
      absl::StatusOr<UnitResult> result =
          ParseResult(unit.spec, outcome.result_json());
      if (result.ok()) {
        Accept(key, *std::move(result), outcome.run_micros());
        return;
      }
      ++state_.metrics.results_refused["malformed"];
      v1::UnitError error;
      error.set_code(static_cast<int32_t>(absl::StatusCode::kInternal));
      error.set_message(std::string(result.status().message()));
      Fail(key, error, outcome.run_micros());
      return;
    }
    case v1::UnitOutcome::kError:
      Fail(key, outcome.error(), outcome.run_micros());
      return;
    case v1::UnitOutcome::kReleased:
    case v1::UnitOutcome::OUTCOME_NOT_SET:
      Release(key, "released");
      return;
  }
}

void UnitFlow::Accept(const UnitKey& key, UnitResult result,
                      int64_t run_micros) {
  const Lease lease = EndLease(key, "accepted", "", run_micros);
  UnitRecord& unit = state_.unit(key);
  unit.row.run_micros = run_micros;
  SetCached(state_.job(key.job), key.unit, false);
  RecordResult(key, std::move(result), lease.epoch);
  ++state_.metrics.results_accepted;
  state_.metrics.unit_seconds[unit.spec.phase].Add(
      absl::Microseconds(run_micros));
  state_.MoveUnit(key, UnitEvent::kFinished);
}

void UnitFlow::Release(const UnitKey& key, const std::string& reason) {
  EndLease(key, "released", reason, 0);
  ++state_.metrics.attempts_failed["released"];
  state_.MoveUnit(key, UnitEvent::kReleased);
}

void UnitFlow::ExpireLeases() {
  for (const UnitKey& key : state_.leases.Expired(state_.now.steady)) {
    const Lease lease = *state_.leases.Find(key);
    if (lease.stop == Lease::Stop::kCancelled) {
      Release(key, "expired while the job was stopping");
      continue;
    }
    ++state_.metrics.attempts_failed["expired"];
    AttemptFailure failure;
    failure.expired = true;
    failure.worker = {lease.worker_id,
                      state_.workers[lease.worker_id].numerics_class};
    CountFailure(key, failure,
                 absl::StrCat("nothing was heard of worker ", lease.worker_id,
                              " for the time of a lease"));
  }
}

void UnitFlow::Fail(const UnitKey& key, const v1::UnitError& error,
                    int64_t run_micros) {
  const auto code = static_cast<absl::StatusCode>(error.code());
  ++state_.metrics.attempts_failed[absl::StatusCodeToString(code)];
  UnitRecord& unit = state_.unit(key);
  unit.row.run_micros = run_micros;
  if (!error.lost_artifact().empty()) {
    LoseInput(key, error);
    return;
  }
  const std::string& worker_id = state_.leases.Find(key)->worker_id;
  if (code == absl::StatusCode::kResourceExhausted) {
    RaiseMemoryFloor(key, worker_id);
  }
  AttemptFailure failure;
  failure.code = code;
  failure.runner_died = error.runner_died();
  failure.worker = {worker_id, state_.workers[worker_id].numerics_class};
  CountFailure(key, failure, Describe(error));
}

void UnitFlow::CountFailure(const UnitKey& key, const AttemptFailure& failure,
                            const std::string& message) {
  UnitRecord& unit = state_.unit(key);
  UnitStatusRow& row = unit.row;
  FailureHistory history;
  history.app_failures = row.app_failures;
  history.infra_failures = row.infra_failures;
  absl::StatusOr<std::vector<FailedWorker>> failed_workers =
      FailedWorkersFromJson(row.failed_workers_json);
  if (failed_workers.ok()) history.failed_workers = *std::move(failed_workers);
  const RetryDecision decision =
      DecideRetry(history, failure, state_.options.lease_ttl,
                  absl::StrCat(row.job_id, "/", row.unit_id));
  row.app_failures = decision.history.app_failures;
  row.infra_failures = decision.history.infra_failures;
  row.failed_workers_json =
      FailedWorkersToJson(decision.history.failed_workers);
  row.message = message;
  const Lease lease = EndLease(key, failure.expired ? "expired" : "failed",
                               message, row.run_micros);
  if (decision.verdict == RetryVerdict::kQuarantine) {
    GiveUp(key, lease, absl::StrCat(decision.reason, "; the last: ", message));
    return;
  }
  unit.not_before = state_.now.steady + decision.wait;
  state_.MoveUnit(key,
                  failure.expired ? UnitEvent::kExpired : UnitEvent::kFailed);
}

void UnitFlow::GiveUp(const UnitKey& key, const Lease& lease,
                      const std::string& message) {
  JobRecord& job = state_.job(key.job);
  UnitRecord& unit = state_.unit(key);
  unit.row.message = message;
  state_.MoveUnit(key, UnitEvent::kGaveUp);
  const std::string line = absl::StrCat(
      "unit ", unit.spec.id, " failed on worker ", lease.worker_id,
      ", attempt ", lease.epoch, ": ", message.substr(0, message.find('\n')));
  state_.AddEvent(job, "quarantined", line);
  // The first failure is the one to show.
  if (state_.MoveJob(job, JobEvent::kFail).ok()) job.row.message = line;
}

void UnitFlow::RaiseMemoryFloor(const UnitKey& key,
                                const std::string& worker_id) {
  const auto size_of = [](const SlotOffer& offer) {
    return offer.device_memory_bytes > 0 ? offer.device_memory_bytes
                                         : offer.host_memory_bytes;
  };
  const int64_t failed_size = size_of(state_.workers[worker_id].Offer());
  // Without a larger slot anywhere a floor would only make the job wait.
  const bool has_larger = std::any_of(
      state_.workers.begin(), state_.workers.end(), [&](const auto& entry) {
        return state_.IsUsable(entry.second) &&
               size_of(entry.second.Offer()) > failed_size;
      });
  if (has_larger) state_.unit(key).row.memory_floor_bytes = failed_size;
}

void UnitFlow::LoseInput(const UnitKey& key, const v1::UnitError& error) {
  JobRecord& job = state_.job(key.job);
  UnitRecord& unit = state_.unit(key);
  const Lease lease = EndLease(key, "input lost", Describe(error), 0);
  std::vector<size_t> producers;
  for (size_t i = 0; i < unit.producers.size(); ++i) {
    const UnitRecord& producer = job.units[unit.producers[i]];
    const auto output = producer.outputs.find(unit.spec.inputs[i].output);
    if (output != producer.outputs.end() &&
        output->second.digest == error.lost_artifact()) {
      producers.push_back(unit.producers[i]);
    }
  }
  // Already being made again because of another consumer.
  const bool is_blocked = unit.missing_inputs > 0;
  if (producers.empty() && !is_blocked) {
    GiveUp(key, lease,
           absl::StrCat("artifact ", error.lost_artifact(),
                        " is lost and no unit of this job makes it; ",
                        Describe(error)));
    return;
  }
  for (size_t producer : producers) {
    UnitRecord& maker = job.units[producer];
    // Made again since this attempt began: the loss is an old story.
    if (maker.done_at > lease.granted) continue;
    if (maker.row.losses + 1 >= kMaxArtifactLosses) {
      GiveUp(key, lease,
             absl::StrCat("artifact ", error.lost_artifact(), " of unit ",
                          maker.spec.id, " was lost ", maker.row.losses + 1,
                          " times; ", Describe(error)));
      return;
    }
    MakeAgain({key.job, producer});
  }
  unit.row.message = Describe(error);
  state_.MoveUnit(key, UnitEvent::kInputLost);
  state_.FollowInputs(key);
}

void UnitFlow::MakeAgain(const UnitKey& producer) {
  JobRecord& job = state_.job(producer.job);
  UnitRecord& unit = job.units[producer.unit];
  ++unit.row.losses;
  ++unit.row.generation;
  unit.row.result_json.clear();
  unit.outputs.clear();
  unit.not_before = state_.now.steady;
  SetCached(job, producer.unit, false);
  state_.MoveUnit(producer, UnitEvent::kOutputLost);
  // Its own inputs may be on their way again.
  state_.FollowInputs(producer);
}

}  // namespace decant
