#include "cli/follow.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "cli/job_text.h"
#include "cli/message_json.h"
#include "cli/progress_view.h"
#include "common/base/clock.h"
#include "common/base/format.h"
#include "common/base/status_macros.h"

namespace decant {
namespace {

constexpr absl::Duration kHold = absl::Seconds(1);
// Redrawing more often than this only costs.
constexpr absl::Duration kMinInterval = absl::Milliseconds(100);

absl::Status CheckStop(const VerbContext& context, const FollowOptions& options,
                       absl::Duration deadline, const std::string& job_id) {
  if (context.interrupt.requested()) {
    return absl::CancelledError("interrupted");
  }
  if (SteadyNow() >= deadline) {
    return absl::DeadlineExceededError(
        absl::StrCat("job ", job_id, " is still not finished; it goes on"));
  }
  return options.check_alive ? options.check_alive() : absl::OkStatus();
}

// What sealing found, or null: a job that failed before has none.
absl::StatusOr<Json> SealSummary(JobClient& client, const std::string& job_id) {
  v1::ListUnitsRequest request;
  request.set_job_id(job_id);
  request.set_phase("seal");
  ASSIGN_OR_RETURN(const std::vector<v1::Unit> units,
                   client.ListUnits(request));
  if (units.empty()) return Json(nullptr);
  request.set_unit_id(units.back().id());
  ASSIGN_OR_RETURN(const std::vector<v1::Unit> details,
                   client.ListUnits(request));
  if (details.empty() || details[0].summary_json().empty()) {
    return Json(nullptr);
  }
  return ParseJson(details[0].summary_json(), "seal summary");
}

std::string EndText(const v1::Job& job, const Json& summary) {
  std::string text = ChangeTable(summary);
  const std::string gates = GatesTable(job);
  if (!gates.empty()) absl::StrAppend(&text, text.empty() ? "" : "\n", gates);
  if (!text.empty()) absl::StrAppend(&text, "\n");
  absl::StrAppend(&text, EnumWordOf(job.state()), " in ",
                  HumanDuration(JobDuration(job, absl::Now())), ", ",
                  HumanCount(job.units_done()), " units, ",
                  HumanCount(job.units_cached()), " of them cached\n");
  if (!job.published_path().empty()) {
    absl::StrAppend(&text, "output: ", job.published_path(), "\n");
  }
  return text;
}

}  // namespace

absl::StatusOr<v1::Job> FollowJob(const VerbContext& context, JobClient& client,
                                  const std::string& job_id,
                                  const FollowOptions& options) {
  ProgressView view({.is_terminal = context.console.err_is_terminal,
                     .use_color = context.console.use_color});
  const absl::Duration deadline = options.timeout == absl::InfiniteDuration()
                                      ? absl::InfiniteDuration()
                                      : SteadyNow() + options.timeout;
  int64_t version = 0;
  while (true) {
    const absl::Duration hold =
        std::clamp(deadline - SteadyNow(), absl::ZeroDuration(), kHold);
    const absl::StatusOr<v1::Job> job = client.Watch(job_id, version, hold);
    RETURN_IF_ERROR(job.status());
    version = job->version();
    if (options.show_progress) {
      context.console.err << view.Update(*job, SteadyNow()) << std::flush;
    }
    if (IsFinalState(job->state())) return job;
    RETURN_IF_ERROR(CheckStop(context, options, deadline, job_id));
    absl::SleepFor(kMinInterval);
  }
}

absl::StatusOr<ExitCode> ReportEnd(const VerbContext& context,
                                   JobClient& client, const v1::Job& job) {
  ASSIGN_OR_RETURN(const Json summary, SealSummary(client, job.id()));
  if (context.options.json) {
    Json json = MessageToJson(job);
    json["changes"] = summary;
    context.PrintJson(json);
  } else {
    context.console.out << EndText(job, summary);
    if (job.state() != v1::JOB_STATE_DONE) {
      context.console.err << "decant: job " << job.id() << " is "
                          << EnumWordOf(job.state())
                          << (job.message().empty() ? "" : ": ")
                          << job.message() << "\n";
    }
  }
  return ExitCodeFor(job.state());
}

}  // namespace decant
