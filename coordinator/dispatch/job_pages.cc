#include "coordinator/dispatch/job_pages.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/json.h"
#include "common/base/status_macros.h"
#include "coordinator/dispatch/job_protos.h"

namespace decant {
namespace {

constexpr int64_t kDefaultPage = 1000;
constexpr int64_t kMaxPage = 5000;
constexpr size_t kMaxPageBytes = 3 << 20;
constexpr absl::Duration kWatchInterval = absl::Milliseconds(100);
constexpr absl::Duration kMaxWatchHold = absl::Seconds(30);

size_t PageSize(int64_t asked) {
  if (asked <= 0) return kDefaultPage;
  return static_cast<size_t>(std::min(asked, kMaxPage));
}

// Tokens are places: pages of a list that only grows at its end.
absl::StatusOr<int64_t> ParseToken(const std::string& token) {
  int64_t place = 0;
  if (token.empty()) return place;
  if (absl::SimpleAtoi(token, &place) && place >= 0) return place;
  return absl::InvalidArgumentError(
      absl::StrCat("page token '", token, "' is not one of ours"));
}

bool Matches(const v1::ListUnitsRequest& request, const UnitRecord& unit) {
  if (!request.phase().empty() && request.phase() != unit.spec.phase) {
    return false;
  }
  if (request.states().empty()) return true;
  return std::find(request.states().begin(), request.states().end(),
                   ToProto(unit.row.state)) != request.states().end();
}

}  // namespace

absl::StatusOr<v1::ListJobsReply> ListJobs(CoreState& state,
                                           const v1::ListJobsRequest& request) {
  ASSIGN_OR_RETURN(const int64_t before, ParseToken(request.page_token()));
  const size_t page_size = PageSize(request.page_size());
  v1::ListJobsReply reply;
  // Newest first.
  for (auto it = state.jobs.rbegin(); it != state.jobs.rend(); ++it) {
    if (before != 0 && it->first >= before) continue;
    if (static_cast<size_t>(reply.jobs_size()) == page_size) {
      reply.set_next_page_token(absl::StrCat(it->first + 1));
      break;
    }
    *reply.add_jobs() = ToProto(*it->second);
  }
  return reply;
}

absl::StatusOr<v1::ListUnitsReply> ListUnits(
    CoreState& state, const v1::ListUnitsRequest& request) {
  ASSIGN_OR_RETURN(JobRecord * job, state.GetJob(request.job_id()));
  RETURN_IF_ERROR(state.NeedUnits(*job));
  v1::ListUnitsReply reply;
  if (!request.unit_id().empty()) {
    const auto unit = job->unit_index.find(request.unit_id());
    if (unit == job->unit_index.end()) {
      return absl::NotFoundError(absl::StrCat(
          "job ", request.job_id(), " has no unit '", request.unit_id(), "'"));
    }
    *reply.add_units() = ToDetailedProto(state, *job, unit->second);
    return reply;
  }
  ASSIGN_OR_RETURN(const int64_t first, ParseToken(request.page_token()));
  const size_t page_size = PageSize(request.page_size());
  size_t num_bytes = 0;
  for (auto i = static_cast<size_t>(first); i < job->units.size(); ++i) {
    if (!Matches(request, job->units[i])) continue;
    if (static_cast<size_t>(reply.units_size()) == page_size ||
        num_bytes > kMaxPageBytes) {
      reply.set_next_page_token(absl::StrCat(i));
      break;
    }
    *reply.add_units() = ToProto(state, *job, i);
    num_bytes += reply.units(reply.units_size() - 1).ByteSizeLong();
  }
  return reply;
}

absl::StatusOr<v1::GetReportDataReply> ReportPage(
    CoreState& state, const v1::GetReportDataRequest& request) {
  ASSIGN_OR_RETURN(JobRecord * job, state.GetJob(request.job_id()));
  RETURN_IF_ERROR(state.NeedUnits(*job));
  ASSIGN_OR_RETURN(const int64_t first, ParseToken(request.page_token()));
  Json report = Json::object();
  if (first == 0) {
    report["name"] = job->row.name;
    report["state"] = std::string(JobStateName(job->row.phase.state));
    report["message"] = job->row.message;
    report["output_path"] = job->row.output_path;
    report["numerics_class"] = job->row.numerics_class;
    report["details"] = job->details;
    report["warnings"] = job->warnings;
    const auto gates = ParseJson(
        job->row.gates_json.empty() ? "[]" : job->row.gates_json, "gates");
    report["gates"] = gates.ok() ? *gates : Json::array();
  }
  v1::GetReportDataReply reply;
  Json units = Json::array();
  size_t num_bytes = 0;
  for (auto i = static_cast<size_t>(first); i < job->units.size(); ++i) {
    if (num_bytes > kMaxPageBytes / 2) {
      reply.set_next_page_token(absl::StrCat(i));
      break;
    }
    units.push_back(ToReportJson(*job, i));
    num_bytes += job->units[i].row.result_json.size() + 256;
  }
  report["units"] = std::move(units);
  reply.set_report_json(CanonicalJson(report));
  return reply;
}

v1::ListWorkersReply ListWorkers(const CoreState& state) {
  v1::ListWorkersReply reply;
  for (const auto& [id, worker] : state.workers) {
    *reply.add_workers() = ToProto(state, worker);
  }
  return reply;
}

CoreMetrics SnapshotMetrics(const CoreState& state) {
  CoreMetrics metrics = state.metrics;
  for (int i = 0; i < kNumJobStates; ++i) {
    metrics.jobs[std::string(JobStateName(static_cast<JobState>(i)))] = 0;
  }
  for (const auto& [number, job] : state.jobs) {
    ++metrics.jobs[std::string(JobStateName(job->row.phase.state))];
    if (IsFinal(job->row.phase.state)) continue;
    for (const PhaseCount& phase : job->phases) {
      for (size_t i = 0; i < phase.by_state.size(); ++i) {
        const auto name = UnitStateName(static_cast<UnitState>(i));
        metrics.units[{phase.phase, std::string(name)}] += phase.by_state[i];
      }
    }
  }
  metrics.workers = {{"active", 0}, {"draining", 0}, {"lost", 0}};
  for (const auto& [id, worker] : state.workers) {
    ++metrics.workers[WorkerStateName(state, worker)];
    if (worker.sync.has_value()) ++metrics.parked_syncs;
    if (state.IsLost(worker)) continue;
    const size_t num_leases = state.leases.OfWorker(id).size();
    metrics.slots_total += static_cast<int64_t>(worker.slots.size());
    metrics.slots_busy +=
        static_cast<int64_t>(std::min(num_leases, worker.slots.size()));
  }
  return metrics;
}

void JobWatches::Take(const v1::WatchRequest& request,
                      Reply<v1::WatchReply> reply) {
  const absl::StatusOr<JobRecord*> job = state_.GetJob(request.job_id());
  if (!job.ok()) {
    state_.Answer<v1::WatchReply>(std::move(reply), job.status());
    return;
  }
  Watch watch;
  watch.job = (*job)->number;
  watch.seen_version = request.after_version();
  watch.seen_state = (*job)->row.phase.state;
  // A first look is answered at once.
  watch.not_before = request.after_version() == 0
                         ? state_.now.steady
                         : state_.now.steady + kWatchInterval;
  watch.hold_until =
      state_.now.steady +
      std::min(absl::Microseconds(request.max_hold_micros()), kMaxWatchHold);
  watch.reply = std::move(reply);
  watches_.push_back(std::move(watch));
}

bool JobWatches::IsDue(const Watch& watch) const {
  if (watch.hold_until <= state_.now.steady) return true;
  const JobRecord& job = *state_.jobs.at(watch.job);
  if (job.row.version == watch.seen_version) return false;
  return watch.not_before <= state_.now.steady ||
         job.row.phase.state != watch.seen_state ||
         IsFinal(job.row.phase.state);
}

void JobWatches::AnswerReady() {
  std::vector<Watch> waiting;
  for (Watch& watch : watches_) {
    if (!IsDue(watch)) {
      waiting.push_back(std::move(watch));
      continue;
    }
    v1::WatchReply reply;
    *reply.mutable_job() = ToProto(state_.job(watch.job));
    state_.Answer<v1::WatchReply>(std::move(watch.reply), std::move(reply));
  }
  watches_ = std::move(waiting);
}

std::optional<absl::Duration> JobWatches::NextDeadline() const {
  std::optional<absl::Duration> next;
  for (const Watch& watch : watches_) {
    absl::Duration deadline = watch.hold_until;
    if (state_.jobs.at(watch.job)->row.version != watch.seen_version) {
      deadline = std::min(deadline, watch.not_before);
    }
    if (!next.has_value() || deadline < *next) next = deadline;
  }
  return next;
}

void JobWatches::AnswerAll(const absl::Status& status) {
  for (const Watch& watch : watches_) watch.reply(status);
  watches_.clear();
}

}  // namespace decant
