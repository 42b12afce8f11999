#include "coordinator/dispatch/cache_lookups.h"

#include <memory>
#include <utility>

namespace decant {
namespace {

// Small enough that the first hits come back while the rest is looked up.
constexpr size_t kBatchUnits = 256;

}  // namespace

void CacheLookups::Start() {
  std::vector<UnitKey> units = std::move(state_.to_look_up);
  state_.to_look_up.clear();
  Batch batch;
  for (const UnitKey& key : units) {
    JobRecord& job = state_.job(key.job);
    UnitRecord& unit = job.units[key.unit];
    // A closed job lists its units again when it opens.
    if (!CoreState::IsOpen(job) || unit.row.state != UnitState::kReady ||
        unit.lookup != UnitRecord::Lookup::kNone) {
      continue;
    }
    unit.row.action_key =
        ActionKey(unit.spec, ResolveInputs(job, unit),
                  ResolveSources(job, unit), job.row.numerics_class);
    if (!unit.spec.cacheable) {
      flow_.MakeLeasable(key);
      continue;
    }
    unit.lookup = UnitRecord::Lookup::kPending;
    batch.units.push_back(key);
    batch.tickets.push_back(++unit.lookup_ticket);
    batch.action_keys.push_back(unit.row.action_key);
    if (batch.units.size() == kBatchUnits) Send(std::exchange(batch, Batch()));
  }
  if (!batch.units.empty()) Send(std::move(batch));
}

void CacheLookups::Send(Batch batch) {
  // Shared by the work on the pool and its answer on the core's thread.
  auto shared = std::make_shared<const Batch>(std::move(batch));
  state_.RunSlowly([this, shared, &files = state_.files] {
    auto results = files.FindResults(shared->action_keys);
    return [this, shared, results = std::move(results)]() mutable {
      Finish(*shared, std::move(results));
    };
  });
}

void CacheLookups::Finish(const Batch& batch,
                          std::vector<std::optional<UnitResult>> results) {
  for (size_t i = 0; i < batch.units.size(); ++i) {
    UnitRecord& unit = state_.unit(batch.units[i]);
    // The unit went elsewhere meanwhile.
    if (unit.lookup != UnitRecord::Lookup::kPending ||
        unit.lookup_ticket != batch.tickets[i]) {
      continue;
    }
    const bool is_known =
        i < results.size() && results[i].has_value() &&
        results[i]->outputs.size() == unit.spec.outputs.size();
    if (is_known) {
      flow_.AcceptKnown(batch.units[i], *std::move(results[i]));
    } else {
      flow_.MakeLeasable(batch.units[i]);
    }
  }
}

}  // namespace decant
