#include <memory>

#include "cli/follow.h"
#include "cli/plan_text.h"
#include "cli/recipe_argument.h"
#include "cli/session.h"
#include "cli/verbs.h"
#include "common/base/ids.h"
#include "common/base/status_macros.h"

namespace decant {
namespace {

struct PlanFlags {
  RecipeArgument recipe;
  std::string device;
};

struct SubmitFlags {
  RecipeArgument recipe;
  bool replace = false;
};

absl::StatusOr<ExitCode> Plan(const VerbContext& context,
                              const PlanFlags& flags) {
  ASSIGN_OR_RETURN(const LocalRecipe recipe, ReadLocalRecipe(flags.recipe));
  ASSIGN_OR_RETURN(const std::unique_ptr<Session> session,
                   Session::Open(context, recipe.default_workspace));
  v1::PlanRequest request;
  *request.mutable_recipe() = recipe.text;
  request.set_device(flags.device);
  ASSIGN_OR_RETURN(const std::string text, session->client().Plan(request));
  ASSIGN_OR_RETURN(const Json plan, ParseJson(text, "the coordinator's plan"));
  if (context.options.json) {
    context.PrintJson(plan);
  } else {
    context.console.out << PlanText(plan);
  }
  return ExitCode::kDone;
}

absl::StatusOr<ExitCode> Submit(const VerbContext& context,
                                const SubmitFlags& flags) {
  if (context.options.coordinator.empty()) {
    return absl::InvalidArgumentError(
        "submit needs a shared coordinator, because a private one ends with "
        "its command: set --coordinator or DECANT_COORDINATOR, or use "
        "`decant run`");
  }
  ASSIGN_OR_RETURN(const LocalRecipe recipe, ReadLocalRecipe(flags.recipe));
  ASSIGN_OR_RETURN(const std::unique_ptr<Session> session,
                   Session::Open(context));
  v1::SubmitRequest request;
  *request.mutable_recipe() = recipe.text;
  request.set_replace(flags.replace);
  request.set_request_id(RandomChars(16));
  ASSIGN_OR_RETURN(const v1::SubmitReply reply,
                   session->client().Submit(request));
  if (context.options.json) {
    context.PrintJson(
        {{"job_id", reply.job_id()}, {"existed", reply.existed()}});
  } else {
    context.console.out << reply.job_id() << "\n";
  }
  return ExitCode::kDone;
}

}  // namespace

void AddPlanVerbs(VerbSet& verbs) {
  const auto plan_flags = std::make_shared<PlanFlags>();
  CLI::App* plan = verbs.Add(
      "plan", "show what a recipe would do and cost, without doing it",
      [plan_flags](VerbContext& context) {
        return Plan(context, *plan_flags);
      });
  AddRecipeArgument(*plan, plan_flags->recipe);
  plan->add_option("--device", plan_flags->device,
                   "device profile for the time estimates (default cpu)");

  const auto submit_flags = std::make_shared<SubmitFlags>();
  CLI::App* submit = verbs.Add("submit", "hand a recipe to a coordinator",
                               [submit_flags](VerbContext& context) {
                                 return Submit(context, *submit_flags);
                               });
  AddRecipeArgument(*submit, submit_flags->recipe);
  submit->add_flag("--replace", submit_flags->replace,
                   "may replace an existing output");
}

}  // namespace decant
