#include "coordinator/schedule/scheduler.h"

namespace decant {

bool IsTiny(const UnitCost& cost) {
  // Half a GB/s and 20 GFLOP/s: a slow disk and one old core.
  return static_cast<double>(cost.bytes_read + cost.bytes_written) / 5e8 +
             cost.flops / 2e10 <
         1.0;
}

// Applies `change` to the job's entry and keeps order and counts in step.
template <typename Change>
void Scheduler::Update(int64_t job, Change change) {
  JobEntry& entry = jobs_[job];
  if (IsListed(entry)) {
    order_.erase({entry.running, job});
    num_ready_ -= entry.ready.size();
  }
  change(entry);
  if (IsListed(entry)) {
    order_.insert({entry.running, job});
    num_ready_ += entry.ready.size();
  }
}

void Scheduler::OpenJob(int64_t job, const std::string& numerics_class) {
  Update(job, [&](JobEntry& entry) {
    entry.open = true;
    entry.numerics_class = numerics_class;
  });
  ++version_;
}

void Scheduler::CloseJob(int64_t job) {
  Update(job, [](JobEntry& entry) { entry.open = false; });
}

void Scheduler::ForgetJob(int64_t job) {
  Update(job, [](JobEntry& entry) {
    entry.open = false;
    entry.ready = ReadyQueue();
  });
}

void Scheduler::AddReady(const UnitKey& unit, const UnitSpec& spec,
                         int64_t memory_floor_bytes) {
  Update(unit.job, [&](JobEntry& entry) {
    entry.ready.Remove(unit.unit);
    entry.ready.Add(unit.unit, spec, memory_floor_bytes);
  });
  ++version_;
}

void Scheduler::RemoveReady(const UnitKey& unit) {
  Update(unit.job, [&](JobEntry& entry) { entry.ready.Remove(unit.unit); });
}

void Scheduler::CountRunning(int64_t job, int64_t change) {
  Update(job, [&](JobEntry& entry) { entry.running += change; });
}

std::optional<UnitKey> Scheduler::Pick(const SlotOffer& offer) const {
  for (const auto& [running, job] : order_) {
    if (offer.ineligible_jobs != nullptr &&
        offer.ineligible_jobs->count(job) > 0) {
      continue;
    }
    const JobEntry& entry = jobs_.at(job);
    const std::optional<size_t> unit =
        entry.ready.Best(entry.numerics_class, offer);
    if (unit.has_value()) return UnitKey{job, *unit};
  }
  return std::nullopt;
}

size_t Scheduler::num_ready(int64_t job) const {
  const auto it = jobs_.find(job);
  return it == jobs_.end() ? 0 : it->second.ready.size();
}

std::string Scheduler::WhyNothing(int64_t job, const SlotOffer& offer) const {
  const auto it = jobs_.find(job);
  if (it == jobs_.end()) return "";
  if (offer.ineligible_jobs != nullptr &&
      offer.ineligible_jobs->count(job) > 0) {
    return "its host cannot open the job's sources";
  }
  return it->second.ready.WhyNothing(it->second.numerics_class, offer);
}

}  // namespace decant
