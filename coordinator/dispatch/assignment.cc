#include "coordinator/dispatch/assignment.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace decant {
namespace {

std::string WhyNotUsable(const CoreState& state, const WorkerRecord& worker) {
  if (state.IsLost(worker)) return "lost";
  if (!worker.sees_workspace) {
    return absl::StrCat("does not see the workspace ", state.options.workspace);
  }
  if (worker.is_draining) return "draining";
  if (worker.slots.empty()) return "has no slots";
  return "";
}

std::string WhyNotFor(const CoreState& state, const WorkerRecord& worker,
                      const JobRecord& job) {
  const std::string unusable = WhyNotUsable(state, worker);
  if (!unusable.empty()) return unusable;
  const auto ineligible = worker.ineligible.find(job.row.id);
  if (ineligible != worker.ineligible.end()) return ineligible->second;
  return state.scheduler.WhyNothing(job.number, worker.Offer());
}

std::string WaitsFor(const CoreState& state, const JobRecord& job) {
  if (job.row.phase.state != JobState::kRunning &&
      job.row.phase.state != JobState::kPlanning) {
    return "";
  }
  if (job.row.numerics_class.empty()) return "waiting for a worker";
  if (!state.leases.OfJob(job.number).empty() ||
      state.scheduler.num_ready(job.number) == 0) {
    return "";
  }
  std::vector<std::string> reasons;
  for (const auto& [id, worker] : state.workers) {
    const std::string why = WhyNotFor(state, worker, job);
    if (why.empty()) return "";  // Busy with other jobs, or just coming.
    if (why != "lost") reasons.push_back(absl::StrCat(id, ": ", why));
  }
  if (reasons.empty()) return "waiting for a worker";
  constexpr size_t kMaxReasons = 3;
  const size_t num_more =
      reasons.size() - std::min(reasons.size(), kMaxReasons);
  reasons.resize(reasons.size() - num_more);
  return absl::StrCat(
      "no eligible worker: ", absl::StrJoin(reasons, "; "),
      num_more == 0 ? "" : absl::StrCat("; and ", num_more, " more"));
}

}  // namespace

void Assignment::Assign() {
  // Nothing may be leased that cannot be remembered.
  if (state_.metrics.disk_full || state_.scheduler.num_ready() == 0) return;
  FillInTurns(/*leased_ahead=*/false);
  if (state_.scheduler.num_ready() > 0) FillInTurns(/*leased_ahead=*/true);
}

void Assignment::FillInTurns(bool leased_ahead) {
  std::vector<WorkerRecord*> takers;
  for (auto& [id, worker] : state_.workers) {
    if (worker.sync.has_value() && state_.IsUsable(worker)) {
      takers.push_back(&worker);
    }
  }
  const size_t num_slots = leased_ahead ? CountSlots() : 0;
  while (!takers.empty()) {
    std::vector<WorkerRecord*> next;
    for (WorkerRecord* worker : takers) {
      if (state_.scheduler.num_ready() < num_slots) return;
      if (!HasRoom(*worker, leased_ahead)) continue;
      if (GiveOne(*worker)) next.push_back(worker);
    }
    takers = std::move(next);
  }
}

bool Assignment::HasRoom(const WorkerRecord& worker, bool leased_ahead) const {
  const std::set<UnitKey>& leases = state_.leases.OfWorker(worker.id);
  const size_t num_slots = worker.slots.size();
  if (leases.size() < num_slots) return true;
  if (!leased_ahead) return false;
  const bool all_tiny = std::all_of(
      leases.begin(), leases.end(),
      [&](const UnitKey& key) { return IsTiny(state_.unit(key).spec.cost); });
  const int64_t ahead = all_tiny ? kPrefetchPerSlotOfTiny : kPrefetchPerSlot;
  return leases.size() < num_slots * static_cast<size_t>(1 + ahead);
}

bool Assignment::GiveOne(WorkerRecord& worker) {
  if (worker.nothing_at_version == state_.scheduler.version()) return false;
  const std::optional<UnitKey> unit = state_.scheduler.Pick(worker.Offer());
  if (!unit.has_value()) {
    worker.nothing_at_version = state_.scheduler.version();
    return false;
  }
  flow_.Grant(*unit, worker);
  return true;
}

size_t Assignment::CountSlots() const {
  size_t num_slots = 0;
  for (const auto& [id, worker] : state_.workers) {
    if (state_.IsUsable(worker)) num_slots += worker.slots.size();
  }
  return num_slots;
}

void ExplainWaiting(CoreState& state, JobRecord& job) {
  std::string waits_for = WaitsFor(state, job);
  if (waits_for == job.waits_for) return;
  job.waits_for = std::move(waits_for);
  ++job.row.version;
}

}  // namespace decant
