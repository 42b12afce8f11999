#include <memory>

#include "absl/strings/str_cat.h"
#include "cli/job_text.h"
#include "cli/message_json.h"
#include "cli/session.h"
#include "cli/verbs.h"
#include "common/base/status_macros.h"

namespace decant {
namespace {

using JobAction = absl::StatusOr<v1::Job> (JobClient::*)(const std::string&);

absl::StatusOr<ExitCode> ListAll(const VerbContext& context) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Session> session,
                   Session::Open(context));
  ASSIGN_OR_RETURN(const std::vector<v1::Job> jobs, session->client().List());
  if (!context.options.json) {
    context.console.out << JobsTable(jobs);
    return ExitCode::kDone;
  }
  Json list = Json::array();
  for (const v1::Job& job : jobs) list.push_back(MessageToJson(job));
  context.PrintJson({{"jobs", list}});
  return ExitCode::kDone;
}

// Show, or an action after which the job is shown in one line.
absl::StatusOr<ExitCode> Act(const VerbContext& context,
                             const std::string& job_id, JobAction action,
                             bool in_full) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Session> session,
                   Session::Open(context));
  ASSIGN_OR_RETURN(const v1::Job job, (session->client().*action)(job_id));
  if (context.options.json) {
    context.PrintJson(MessageToJson(job));
  } else if (in_full) {
    context.console.out << JobDetails(job);
  } else {
    context.console.out << "job " << job.id() << " is "
                        << EnumWordOf(job.state()) << "\n";
  }
  return ExitCode::kDone;
}

void AddJobVerb(VerbSet& verbs, const char* name, const char* help,
                JobAction action) {
  const auto job_id = std::make_shared<std::string>();
  const bool in_full = action == &JobClient::Get;
  CLI::App* verb =
      verbs.Add(name, help, [job_id, action, in_full](VerbContext& context) {
        return Act(context, *job_id, action, in_full);
      });
  verb->add_option("job", *job_id, "job id, see decant ls")->required();
}

}  // namespace

void AddJobVerbs(VerbSet& verbs) {
  verbs.Add("ls", "list jobs, newest first", ListAll);
  AddJobVerb(verbs, "show", "show a job: state, phases, gates",
             &JobClient::Get);
  AddJobVerb(verbs, "cancel", "stop a job for good", &JobClient::Cancel);
  AddJobVerb(verbs, "pause", "lease no new units of a job", &JobClient::Pause);
  AddJobVerb(verbs, "resume", "go on with a paused job", &JobClient::Resume);
  AddJobVerb(verbs, "retry",
             "run a failed, cancelled or rejected job again; done units stay",
             &JobClient::Retry);
}

}  // namespace decant
