#include <memory>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "cli/follow.h"
#include "cli/private_workers.h"
#include "cli/recipe_argument.h"
#include "cli/session.h"
#include "cli/verbs.h"
#include "common/base/ids.h"
#include "common/base/status_macros.h"

namespace decant {
namespace {

// A coordinator that another command started ends with that command; the next
// attempt then starts one of our own.
constexpr int kMaxAttempts = 3;

struct RunFlags {
  RecipeArgument recipe;
  bool replace = false;
  bool take_over_workspace = false;
  int workers = 1;
  int slots = 0;
  int threads = 0;
};

// Workers for a private coordinator that has none.
absl::StatusOr<std::optional<PrivateWorkers>> StartWorkers(
    const RunFlags& flags, Session& session) {
  if (!session.coordinator()->is_own()) {
    ASSIGN_OR_RETURN(const auto known, session.client().ListWorkers());
    for (const v1::Worker& worker : known) {
      if (worker.state() == "active") return std::nullopt;
    }
  }
  return PrivateWorkers::Start({.count = flags.workers,
                                .slots = flags.slots,
                                .threads = flags.threads,
                                .coordinator = session.client().address(),
                                .log_folder = session.folder()->path()});
}

absl::StatusOr<v1::Job> SubmitAndFollow(const VerbContext& context,
                                        const RunFlags& flags,
                                        const LocalRecipe& recipe,
                                        Session& session) {
  if (session.coordinator() != nullptr) {
    // Before a job exists that nobody could run.
    RETURN_IF_ERROR(FindSiblingProgram("decant-worker").status());
  }
  v1::SubmitRequest request;
  *request.mutable_recipe() = recipe.text;
  request.set_replace(flags.replace);
  request.set_request_id(RandomChars(16));
  ASSIGN_OR_RETURN(const v1::SubmitReply submitted,
                   session.client().Submit(request));
  if (!context.options.json) {
    context.console.err << "job " << submitted.job_id()
                        << (submitted.existed() ? " (resumed)" : "") << "\n";
  }
  std::optional<PrivateWorkers> workers;
  FollowOptions follow;
  if (session.coordinator() != nullptr) {
    ASSIGN_OR_RETURN(workers, StartWorkers(flags, session));
    follow.check_alive = [&]() -> absl::Status {
      RETURN_IF_ERROR(session.coordinator()->CheckAlive());
      return workers.has_value() ? workers->CheckAlive() : absl::OkStatus();
    };
  }
  return FollowJob(context, session.client(), submitted.job_id(), follow);
}

// The exit code, or why the attempt ended early. `may_repeat` says whether
// somebody else's coordinator was lost, so that another attempt makes sense.
absl::StatusOr<ExitCode> Attempt(const VerbContext& context,
                                 const RunFlags& flags,
                                 const LocalRecipe& recipe, bool& may_repeat) {
  may_repeat = context.options.coordinator.empty();
  ASSIGN_OR_RETURN(const std::unique_ptr<Session> session,
                   Session::Open(context, recipe.default_workspace,
                                 flags.take_over_workspace));
  may_repeat =
      session->coordinator() != nullptr && !session->coordinator()->is_own();
  ASSIGN_OR_RETURN(const v1::Job job,
                   SubmitAndFollow(context, flags, recipe, *session));
  return ReportEnd(context, session->client(), job);
}

absl::StatusOr<ExitCode> Run(const VerbContext& context,
                             const RunFlags& flags) {
  ASSIGN_OR_RETURN(const LocalRecipe recipe, ReadLocalRecipe(flags.recipe));
  const bool is_private = context.options.coordinator.empty();
  absl::StatusOr<ExitCode> ended = absl::UnknownError("");
  for (int attempt = 1; attempt <= kMaxAttempts; ++attempt) {
    bool may_repeat = false;
    ended = Attempt(context, flags, recipe, may_repeat);
    if (context.interrupt.requested()) {
      context.console.err << (is_private
                                  ? "stopped; repeat the command to resume\n"
                                  : "interrupted; the job goes on\n");
      return ExitCode::kInterrupted;
    }
    if (!may_repeat || !absl::IsUnavailable(ended.status())) break;
    absl::SleepFor(absl::Milliseconds(500));
  }
  return ended;
}

}  // namespace

void AddRunVerb(VerbSet& verbs) {
  const auto flags = std::make_shared<RunFlags>();
  CLI::App* verb =
      verbs.Add("run", "make the model a recipe describes, here and now",
                [flags](VerbContext& context) { return Run(context, *flags); });
  AddRecipeArgument(*verb, flags->recipe);
  verb->add_flag("--replace", flags->replace, "may replace an existing output");
  verb->add_option("--workers", flags->workers, "worker processes to start")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  verb->add_option("--slots", flags->slots, "slots of each worker")
      ->check(CLI::Range(1, 256));
  verb->add_option("--threads", flags->threads, "CPU threads of each slot")
      ->check(CLI::Range(1, 1024));
  verb->add_flag("--take-over-workspace", flags->take_over_workspace,
                 "claim a workspace whose coordinator's database is gone");
}

}  // namespace decant
