#include "coordinator/dispatch/core_loop.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "common/base/log.h"
#include "common/base/status_macros.h"
#include "coordinator/dispatch/job_protos.h"

namespace decant {
namespace {

constexpr absl::Duration kRetryFullDisk = absl::Seconds(1);

void KeepEarlier(std::optional<absl::Duration>& next,
                 std::optional<absl::Duration> other) {
  if (other.has_value() && (!next.has_value() || *other < *next)) next = other;
}

}  // namespace

CoreLoop::CoreLoop(CoreOptions options, Store& store, JobFiles& files,
                   StartSlowWork start_slow_work)
    : state_(std::move(options), store, files),
      flow_(state_),
      lookups_(state_, flow_),
      sync_(state_, flow_),
      assignment_(state_, flow_),
      start_(state_),
      finish_(state_),
      submission_(state_),
      watches_(state_),
      start_slow_work_(std::move(start_slow_work)) {}

absl::StatusOr<std::unique_ptr<CoreLoop>> CoreLoop::Open(
    CoreOptions options, Store& store, JobFiles& files, CoreTime now,
    StartSlowWork start_slow_work) {
  auto loop = absl::WrapUnique(new CoreLoop(std::move(options), store, files,
                                            std::move(start_slow_work)));
  loop->state_.now = now;
  RETURN_IF_ERROR(loop->state_.Load());
  return loop;
}

absl::StatusOr<std::optional<absl::Duration>> CoreLoop::Step(
    CoreTime now, const std::vector<Message>& messages) {
  state_.now = now;
  for (const Message& message : messages) message(*this);
  flow_.ExpireLeases();
  flow_.WakeDelayed();
  sync_.NoteLostWorkers();
  Advance();
  assignment_.Assign();
  sync_.AnswerReady();
  watches_.AnswerReady();
  RETURN_IF_ERROR(CommitAndAnswer());
  return NextDeadline();
}

// Jobs that something happened to start, end, or say why they wait. Each may
// cause more of the same, in a few rounds: finished, then a waiting submission.
void CoreLoop::Advance() {
  std::set<int64_t> explained;
  while (!state_.touched_jobs.empty() || state_.workers_changed) {
    const std::set<int64_t> touched = std::exchange(state_.touched_jobs, {});
    if (std::exchange(state_.workers_changed, false)) {
      for (const auto& [number, job] : state_.jobs) {
        if (!IsFinal(job->row.phase.state)) explained.insert(number);
      }
    }
    start_.StartJobs();
    for (int64_t number : touched) finish_.Check(state_.job(number));
    submission_.Continue();
    lookups_.Start();
    explained.insert(touched.begin(), touched.end());
  }
  for (int64_t number : explained) ExplainWaiting(state_, state_.job(number));
}

absl::Status CoreLoop::CommitAndAnswer() {
  const bool waits =
      state_.metrics.disk_full && state_.now.steady < retry_commit_at_;
  if (!waits) commit_status_ = state_.Commit();
  const bool is_full = absl::IsResourceExhausted(commit_status_);
  if (!commit_status_.ok() && !is_full) {
    // The first who asks hears why; the process ends here.
    const absl::Status status = commit_status_;
    for (auto& answer : std::exchange(state_.answers, {})) answer(status);
    return absl::InternalError(status.message());
  }
  if (is_full && !waits) retry_commit_at_ = state_.now.steady + kRetryFullDisk;
  if (is_full != state_.metrics.disk_full) {
    Log(is_full ? LogLevel::kError : LogLevel::kInfo,
        is_full ? absl::StrCat("leasing stops: ", commit_status_.message())
                : "the database has space again: leasing goes on");
    state_.metrics.disk_full = is_full;
  }
  for (auto& answer : std::exchange(state_.answers, {})) {
    answer(commit_status_);
  }
  if (is_full) return absl::OkStatus();
  for (SlowWork& work : std::exchange(state_.slow_work, {})) {
    start_slow_work_(std::move(work));
  }
  return absl::OkStatus();
}

std::optional<absl::Duration> CoreLoop::NextDeadline() const {
  std::optional<absl::Duration> next;
  if (state_.metrics.disk_full) next = retry_commit_at_;
  KeepEarlier(next, sync_.NextDeadline());
  KeepEarlier(next, watches_.NextDeadline());
  KeepEarlier(next, state_.leases.NextDeadline());
  if (!state_.delayed.empty()) {
    KeepEarlier(next, state_.delayed.begin()->first);
  }
  return next;
}

void CoreLoop::Sync(const v1::SyncRequest& request,
                    Reply<v1::SyncReply> reply) {
  sync_.Take(request, std::move(reply));
}

void CoreLoop::Plan(const v1::PlanRequest& request,
                    Reply<v1::PlanReply> reply) {
  submission_.Plan(request, std::move(reply));
}

void CoreLoop::Submit(const v1::SubmitRequest& request,
                      Reply<v1::SubmitReply> reply) {
  submission_.Submit(request, std::move(reply));
}

void CoreLoop::Get(const v1::GetJobRequest& request,
                   Reply<v1::GetJobReply> reply) {
  const absl::StatusOr<JobRecord*> job = state_.GetJob(request.job_id());
  if (!job.ok()) {
    state_.Answer<v1::GetJobReply>(std::move(reply), job.status());
    return;
  }
  v1::GetJobReply answer;
  *answer.mutable_job() = ToProto(**job);
  state_.Answer<v1::GetJobReply>(std::move(reply), std::move(answer));
}

void CoreLoop::List(const v1::ListJobsRequest& request,
                    Reply<v1::ListJobsReply> reply) {
  state_.Answer(std::move(reply), ListJobs(state_, request));
}

void CoreLoop::Watch(const v1::WatchRequest& request,
                     Reply<v1::WatchReply> reply) {
  watches_.Take(request, std::move(reply));
}

void CoreLoop::Act(JobAction action, const v1::JobActionRequest& request,
                   Reply<v1::JobActionReply> reply) {
  const absl::Status status = ActOnJob(state_, request.job_id(), action);
  if (!status.ok()) {
    state_.Answer<v1::JobActionReply>(std::move(reply), status);
    return;
  }
  v1::JobActionReply answer;
  *answer.mutable_job() = ToProto(*state_.FindJob(request.job_id()));
  state_.Answer<v1::JobActionReply>(std::move(reply), std::move(answer));
}

void CoreLoop::ListUnits(const v1::ListUnitsRequest& request,
                         Reply<v1::ListUnitsReply> reply) {
  state_.Answer(std::move(reply), decant::ListUnits(state_, request));
}

void CoreLoop::ListWorkers(Reply<v1::ListWorkersReply> reply) {
  state_.Answer<v1::ListWorkersReply>(std::move(reply),
                                      decant::ListWorkers(state_));
}

void CoreLoop::GetReportData(const v1::GetReportDataRequest& request,
                             Reply<v1::GetReportDataReply> reply) {
  state_.Answer(std::move(reply), ReportPage(state_, request));
}

void CoreLoop::GetMetrics(Reply<CoreMetrics> reply) {
  state_.Answer<CoreMetrics>(std::move(reply), SnapshotMetrics(state_));
}

void CoreLoop::AnswerAll(const absl::Status& status) {
  sync_.AnswerAll(status);
  watches_.AnswerAll(status);
  submission_.AnswerAll(status);
}

}  // namespace decant
