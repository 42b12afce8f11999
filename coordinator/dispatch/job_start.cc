#include "coordinator/dispatch/job_start.h"

#include <map>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "common/unit/result_identity.h"

namespace decant {

std::string PreferredClass(const CoreState& state) {
  // Class -> (CUDA, slots).
  std::map<std::string, std::tuple<bool, size_t>> classes;
  for (const auto& [id, worker] : state.workers) {
    if (!state.IsUsable(worker) || worker.numerics_class.empty()) continue;
    auto& [has_cuda, num_slots] = classes[worker.numerics_class];
    has_cuda = has_cuda || worker.has_cuda();
    num_slots += worker.slots.size();
  }
  std::string best;
  std::tuple<bool, size_t> best_rank;
  for (const auto& [name, rank] : classes) {
    if (!best.empty() && rank <= best_rank) continue;
    best = name;
    best_rank = rank;
  }
  return best;
}

std::string ExpectedClass(const CoreState& state) {
  std::string expected = PreferredClass(state);
  if (!expected.empty()) return expected;
  int64_t last_seen = -1;
  for (const auto& [id, worker] : state.workers) {
    if (worker.numerics_class.empty()) continue;
    if (worker.last_sync_unix_micros <= last_seen) continue;
    last_seen = worker.last_sync_unix_micros;
    expected = worker.numerics_class;
  }
  return expected;
}

std::string ResultIdentityOf(const JobRecord& job) {
  if (job.row.numerics_class.empty()) return "";
  return ResultIdentity(job.row.recipe_identity, job.row.numerics_class);
}

void AdoptPublished(CoreState& state, JobRecord& job) {
  // Both moves are allowed in the states the contract names.
  if (job.row.phase.state == JobState::kPlanning) {
    state.MoveJob(job, JobEvent::kPlanned).IgnoreError();
  }
  state.MoveJob(job, JobEvent::kPublished).IgnoreError();
  job.row.published_path = job.row.output_path;
  job.row.message = "the same result already stands at the output path";
  state.AddEvent(job, "adopted", job.row.message);
}

void JobStart::StartJobs() {
  for (auto& [number, job] : state_.jobs) {
    if (!IsFinal(job->row.phase.state)) Start(*job);
  }
}

void JobStart::Start(JobRecord& job) {
  if (job.row.numerics_class.empty() &&
      job.row.phase.state != JobState::kStopping) {
    job.row.numerics_class = PreferredClass(state_);
    if (!job.row.numerics_class.empty()) {
      state_.TouchJob(job);
      state_.OpenOrClose(job);
    }
  }
  if (job.row.phase.state != JobState::kPlanning || job.is_inspecting) return;
  if (!job.must_inspect_output) {
    state_.MoveJob(job, JobEvent::kPlanned).IgnoreError();
  } else if (!job.row.numerics_class.empty()) {
    InspectOutput(job);
  }
}

void JobStart::InspectOutput(JobRecord& job) {
  job.is_inspecting = true;
  state_.RunSlowly([this, number = job.number, path = job.row.output_path,
                    identity = ResultIdentityOf(job), &files = state_.files] {
    const absl::StatusOr<OutputState> found =
        files.InspectOutput(path, identity);
    return [this, number, found] { FinishInspection(number, found); };
  });
}

void JobStart::FinishInspection(int64_t number,
                                const absl::StatusOr<OutputState>& found) {
  JobRecord& job = state_.job(number);
  job.is_inspecting = false;
  job.must_inspect_output = false;
  if (job.row.phase.state != JobState::kPlanning) return;  // Cancelled.
  if (found.ok() && *found == OutputState::kPublished) {
    AdoptPublished(state_, job);
    return;
  }
  if (found.ok() && (*found == OutputState::kFree || job.row.replace)) {
    state_.MoveJob(job, JobEvent::kPlanned).IgnoreError();
    return;
  }
  state_.MoveJob(job, JobEvent::kFail).IgnoreError();
  job.row.message =
      found.ok()
          ? absl::StrCat("something else stands at ", job.row.output_path,
                         ": remove it, choose another output, or "
                         "submit with --replace")
          : std::string(found.status().message());
}

}  // namespace decant
