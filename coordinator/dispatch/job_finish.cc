#include "coordinator/dispatch/job_finish.h"

#include <functional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/json.h"
#include "common/base/log.h"
#include "common/base/status_macros.h"
#include "coordinator/plan/gates.h"

namespace decant {
namespace {

// What is left lying is only in the way: worth a warning, not a failure.
void CleanUp(JobFiles& files, const std::string& job_id,
             const std::string& output_path) {
  const absl::Status status = files.CleanUp(job_id, output_path);
  if (status.ok()) return;
  Log(LogLevel::kWarning,
      absl::StrCat("job ", job_id, ": cleaning up: ", status.message()));
}

absl::StatusOr<std::string> StagingFolder(const Json& summary) {
  const auto folder = summary.find("staging_folder");
  if (folder != summary.end() && folder->is_string()) {
    return folder->get<std::string>();
  }
  return absl::InternalError("the seal unit's summary has no staging_folder");
}

std::string WhyRefused(const std::vector<GateOutcome>& outcomes) {
  std::vector<std::string> reasons;
  for (const GateOutcome& outcome : outcomes) {
    if (!outcome.passed) reasons.push_back(outcome.reason);
  }
  return absl::StrCat("gate failed: ", absl::StrJoin(reasons, "; "));
}

void CancelUnits(CoreState& state, const JobRecord& job) {
  for (size_t i = 0; i < job.units.size(); ++i) {
    const UnitState unit = job.units[i].row.state;
    if (unit == UnitState::kBlocked || unit == UnitState::kReady) {
      state.MoveUnit({job.number, i}, UnitEvent::kCancel);
    }
  }
}

}  // namespace

void JobFinish::Check(JobRecord& job) {
  if (job.is_finishing) return;
  const JobState now = job.row.phase.state;
  if (now == JobState::kStopping) {
    if (state_.leases.OfJob(job.number).empty()) FinishStopping(job);
  } else if (now == JobState::kRunning && job.AllDone()) {
    Judge(job);
  }
}

void JobFinish::FinishStopping(JobRecord& job) {
  // Before the job is final: a retry must not meet a sweeper.
  job.is_finishing = true;
  state_.RunSlowly([this, &job, id = job.row.id, path = job.row.output_path,
                    &files = state_.files] {
    CleanUp(files, id, path);
    return [this, &job] {
      job.is_finishing = false;
      state_.MoveJob(job, JobEvent::kStopped).IgnoreError();
      if (job.row.phase.state == JobState::kCancelled) {
        CancelUnits(state_, job);
      }
      state_.AddEvent(job, std::string(JobStateName(job.row.phase.state)),
                      job.row.message);
    };
  });
}

void JobFinish::Judge(JobRecord& job) {
  const UnitRecord& seal = *job.FindUnit(job.seal_unit);
  const auto result = ParseJson(seal.row.result_json, "result of the seal");
  if (!result.ok()) return Fail(job, result.status());
  const Json summary = result->value("summary", Json::object());
  const absl::StatusOr<std::string> folder = StagingFolder(summary);
  if (!folder.ok()) return Fail(job, folder.status());
  const auto outcomes = EvaluateGates(job.gates, summary);
  if (!outcomes.ok()) return Fail(job, outcomes.status());
  Json gates = Json::array();
  for (const GateOutcome& outcome : *outcomes) {
    gates.push_back(outcome.ToJson());
  }
  job.row.gates_json = CanonicalJson(gates);
  state_.TouchJob(job);
  job.is_finishing = true;
  if (AllPassed(*outcomes)) {
    Publish(job, *folder);
  } else {
    job.row.message = WhyRefused(*outcomes);
    Reject(job, *folder);
  }
}

void JobFinish::Publish(JobRecord& job, const std::string& staging_folder) {
  state_.RunSlowly([this, &job, staging_folder, id = job.row.id,
                    path = job.row.output_path, replace = job.row.replace,
                    &files = state_.files] {
    const absl::Status status = files.Publish(staging_folder, path, replace);
    if (status.ok()) CleanUp(files, id, path);
    return [this, &job, status] {
      job.is_finishing = false;
      if (!status.ok()) return Fail(job, status);
      job.row.published_path = job.row.output_path;
      job.row.message.clear();
      state_.MoveJob(job, JobEvent::kPublished).IgnoreError();
      state_.AddEvent(job, "published", job.row.published_path);
    };
  });
}

void JobFinish::Reject(JobRecord& job, const std::string& staging_folder) {
  state_.RunSlowly([this, &job, staging_folder, id = job.row.id,
                    path = job.row.output_path, &files = state_.files] {
    const absl::StatusOr<std::string> kept = files.Reject(staging_folder, path);
    if (kept.ok()) CleanUp(files, id, path);
    return [this, &job, kept] {
      job.is_finishing = false;
      if (!kept.ok()) return Fail(job, kept.status());
      job.row.published_path = *kept;
      state_.MoveJob(job, JobEvent::kRefused).IgnoreError();
      state_.AddEvent(job, "rejected", job.row.message);
    };
  });
}

void JobFinish::Fail(JobRecord& job, const absl::Status& status) {
  job.row.message = std::string(status.message());
  state_.MoveJob(job, JobEvent::kFail).IgnoreError();
}

}  // namespace decant
