#include "coordinator/dispatch/job_submission.h"

#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/digest.h"
#include "common/base/json.h"
#include "common/base/status_macros.h"
#include "common/unit/result_identity.h"
#include "coordinator/dispatch/cache_preview.h"
#include "coordinator/dispatch/job_restart.h"
#include "coordinator/dispatch/job_start.h"
#include "coordinator/plan/plan_summary.h"

namespace decant {
namespace {

RecipeInput RecipeOf(const v1::RecipeText& recipe) {
  RecipeInput input;
  input.text = recipe.text();
  input.path = recipe.path();
  input.overrides = {recipe.overrides().begin(), recipe.overrides().end()};
  return input;
}

absl::StatusOr<v1::PlanReply> MakePlan(JobFiles& files,
                                       const RecipeInput& recipe,
                                       const std::string& numerics_class,
                                       const std::string& device) {
  ASSIGN_OR_RETURN(const JobPlan plan, files.Prepare(recipe));
  std::optional<std::set<std::string>> cached;
  if (!numerics_class.empty()) {
    cached = PreviewCacheHits(plan, numerics_class, files);
  }
  ASSIGN_OR_RETURN(const Json described,
                   DescribePlan(plan, cached.has_value() ? &*cached : nullptr,
                                device.empty() ? "cpu" : device));
  v1::PlanReply reply;
  reply.set_plan_json(CanonicalJson(described));
  return reply;
}

}  // namespace

void JobSubmission::Plan(const v1::PlanRequest& request,
                         Reply<v1::PlanReply> reply) {
  state_.RunSlowly([this, request, reply = std::move(reply),
                    numerics_class = ExpectedClass(state_),
                    &files = state_.files] {
    auto plan = MakePlan(files, RecipeOf(request.recipe()), numerics_class,
                         request.device());
    return [this, reply, plan = std::move(plan)] {
      state_.Answer<v1::PlanReply>(reply, plan);
    };
  });
}

void JobSubmission::Submit(const v1::SubmitRequest& request,
                           Reply<v1::SubmitReply> reply) {
  state_.RunSlowly([this, recipe = RecipeOf(request.recipe()),
                    replace = request.replace(), reply = std::move(reply),
                    &files = state_.files]() -> std::function<void()> {
    auto plan = files.Prepare(recipe);
    if (!plan.ok()) {
      return [this, reply, status = plan.status()] {
        state_.Answer<v1::SubmitReply>(reply, status);
      };
    }
    return [this, submission = Submission{*std::move(plan), replace, reply}] {
      Decide(submission);
    };
  });
}

void JobSubmission::Continue() {
  std::vector<Submission> waiting = std::move(waiting_);
  waiting_.clear();
  for (Submission& submission : waiting) Decide(std::move(submission));
}

void JobSubmission::AnswerAll(const absl::Status& status) {
  for (const Submission& submission : waiting_) submission.reply(status);
  waiting_.clear();
}

JobRecord* JobSubmission::FindSame(const JobPlan& plan,
                                   const std::string& numerics_class) {
  for (auto it = state_.jobs.rbegin(); it != state_.jobs.rend(); ++it) {
    JobRecord& job = *it->second;
    if (job.row.recipe_identity != plan.recipe_identity ||
        job.row.output_path != plan.output_path) {
      continue;
    }
    if (!IsFinal(job.row.phase.state) || numerics_class.empty() ||
        job.row.numerics_class.empty() ||
        job.row.numerics_class == numerics_class) {
      return &job;
    }
  }
  return nullptr;
}

absl::Status JobSubmission::CheckOutputIsUnused(const JobPlan& plan) {
  for (const auto& [number, job] : state_.jobs) {
    if (IsFinal(job->row.phase.state) ||
        job->row.output_path != plan.output_path ||
        job->row.recipe_identity == plan.recipe_identity) {
      continue;
    }
    return absl::FailedPreconditionError(
        absl::StrCat("job ", job->row.id, " is making ", plan.output_path,
                     ": cancel it, or choose another output"));
  }
  return absl::OkStatus();
}

void JobSubmission::Decide(Submission submission) {
  const std::string preferred = PreferredClass(state_);
  JobRecord* job = FindSame(submission.plan, preferred);
  const bool lives = job != nullptr && !IsFinal(job->row.phase.state);
  if (lives && job->row.phase.state == JobState::kStopping) {
    waiting_.push_back(std::move(submission));
    return;
  }
  if (lives) {
    v1::SubmitReply attached;
    attached.set_job_id(job->row.id);
    attached.set_existed(true);
    state_.Answer<v1::SubmitReply>(submission.reply, std::move(attached));
    return;
  }
  const absl::Status unused = CheckOutputIsUnused(submission.plan);
  if (!unused.ok()) {
    state_.Answer<v1::SubmitReply>(submission.reply, unused);
    return;
  }
  const bool has_class = job != nullptr && !job->row.numerics_class.empty();
  Inspect(std::move(submission),
          has_class ? job->row.numerics_class : preferred);
}

void JobSubmission::Inspect(Submission submission,
                            const std::string& numerics_class) {
  auto shared = std::make_shared<const Submission>(std::move(submission));
  state_.RunSlowly([this, shared, numerics_class, &files = state_.files] {
    const JobPlan& plan = shared->plan;
    const auto found = files.InspectOutput(
        plan.output_path, ResultIdentity(plan.recipe_identity, numerics_class));
    return [this, shared, numerics_class, found] {
      FinishInspection(*shared, numerics_class, found);
    };
  });
}

void JobSubmission::FinishInspection(Submission submission,
                                     const std::string& numerics_class,
                                     const absl::StatusOr<OutputState>& found) {
  const JobRecord* job = FindSame(submission.plan, numerics_class);
  if (job != nullptr && !IsFinal(job->row.phase.state)) {
    Decide(std::move(submission));  // Somebody else was quicker.
    return;
  }
  absl::StatusOr<v1::SubmitReply> answer =
      found.ok() ? StartJob(submission, numerics_class, *found)
                 : absl::StatusOr<v1::SubmitReply>(found.status());
  state_.Answer<v1::SubmitReply>(submission.reply, std::move(answer));
}

absl::StatusOr<v1::SubmitReply> JobSubmission::StartJob(
    const Submission& submission, const std::string& numerics_class,
    OutputState found) {
  const bool is_other = found == OutputState::kOther && !submission.replace;
  if (is_other && !numerics_class.empty()) {
    return absl::AlreadyExistsError(absl::StrCat(
        "something else stands at ", submission.plan.output_path,
        ": remove it, choose another output, or submit with --replace"));
  }
  RETURN_IF_ERROR(CheckOutputIsUnused(submission.plan));
  JobRecord* job = FindSame(submission.plan, numerics_class);
  v1::SubmitReply reply;
  reply.set_existed(job != nullptr);
  if (job == nullptr) {
    ASSIGN_OR_RETURN(job, AddJob(submission, numerics_class));
    // Whether it is the same result is only known once there is a class.
    job->must_inspect_output = is_other;
  } else {
    job->row.replace = job->row.replace || submission.replace;
    const bool is_done = job->row.phase.state == JobState::kDone;
    if (!is_done || found != OutputState::kPublished) {
      RETURN_IF_ERROR(
          RestartJob(state_, *job,
                     is_done ? RestartScope::kAll : RestartScope::kUnfinished));
    }
  }
  if (found == OutputState::kPublished &&
      job->row.phase.state != JobState::kDone) {
    AdoptPublished(state_, *job);
  }
  reply.set_job_id(job->row.id);
  return reply;
}

absl::StatusOr<JobRecord*> JobSubmission::AddJob(
    const Submission& submission, const std::string& numerics_class) {
  // Never the id of a job of another database: attempts of its workers could
  // still write into folders of that name.
  const std::string id = absl::StrCat(
      "j-", Sha256Hex(absl::StrCat(state_.store.store_id(), "/",
                                   submission.plan.recipe_identity, "/",
                                   submission.plan.output_path, "/",
                                   state_.jobs.size()))
                .substr(0, 10));
  ASSIGN_OR_RETURN(JobRecord job, JobFromPlan(submission.plan, id));
  job.row.numerics_class = numerics_class;
  job.row.replace = submission.replace;
  JobRecord& added = state_.AddJob(std::move(job));
  state_.AddEvent(added, "submitted", submission.plan.name);
  return &added;
}

}  // namespace decant
