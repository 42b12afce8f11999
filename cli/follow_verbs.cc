#include <memory>

#include "cli/follow.h"
#include "cli/session.h"
#include "cli/verbs.h"
#include "common/base/status_macros.h"

namespace decant {
namespace {

struct FollowFlags {
  std::string job_id;
  double timeout_seconds = 0;
};

absl::StatusOr<ExitCode> Follow(const VerbContext& context,
                                const FollowFlags& flags, bool show_progress) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Session> session,
                   Session::Open(context));
  FollowOptions options;
  options.show_progress = show_progress;
  if (flags.timeout_seconds > 0) {
    options.timeout = absl::Seconds(flags.timeout_seconds);
  }
  const absl::StatusOr<v1::Job> job =
      FollowJob(context, session->client(), flags.job_id, options);
  if (context.interrupt.requested()) {
    context.console.err << "interrupted; the job goes on\n";
    return ExitCode::kInterrupted;
  }
  RETURN_IF_ERROR(job.status());
  return ReportEnd(context, session->client(), *job);
}

void AddFollowVerb(VerbSet& verbs, const char* name, const char* help,
                   bool show_progress) {
  const auto flags = std::make_shared<FollowFlags>();
  CLI::App* verb =
      verbs.Add(name, help, [flags, show_progress](VerbContext& context) {
        return Follow(context, *flags, show_progress);
      });
  verb->add_option("job", flags->job_id, "job id, see decant ls")->required();
  verb->add_option("--timeout", flags->timeout_seconds,
                   "give up after this many seconds, with exit code 6")
      ->check(CLI::PositiveNumber);
}

}  // namespace

void AddFollowVerbs(VerbSet& verbs) {
  AddFollowVerb(verbs, "watch", "show a job's progress until it ends", true);
  AddFollowVerb(verbs, "wait", "wait in silence until a job ends", false);
}

}  // namespace decant
