// A store that forgets with its process: for tests and the simulator.
#ifndef DECANT_COORDINATOR_STORE_MEMORY_STORE_H_
#define DECANT_COORDINATOR_STORE_MEMORY_STORE_H_

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "coordinator/store/store.h"

namespace decant {

class MemoryStore final : public Store {
 public:
  explicit MemoryStore(std::string store_id) : store_id_(std::move(store_id)) {}

  const std::string& store_id() const override { return store_id_; }
  absl::StatusOr<StoreSnapshot> LoadAll() override;
  absl::StatusOr<std::vector<StoredUnit>> LoadUnits(
      absl::string_view job_id) override;
  absl::StatusOr<std::vector<EventRow>> LoadEvents(absl::string_view job_id,
                                                   int limit) override;
  absl::StatusOr<std::vector<AttemptRow>> LoadAttempts(
      absl::string_view job_id) override;
  absl::StatusOr<std::vector<EffectRow>> LoadEffects(
      absl::string_view job_id) override;
  absl::Status Commit(const WriteBatch& batch) override;

 private:
  using UnitId = std::pair<std::string, std::string>;  // Job, unit.
  using NumberedUnit = std::tuple<std::string, std::string, int64_t>;

  // What a database's constraints would refuse.
  absl::Status Check(const WriteBatch& batch) const;

  const std::string store_id_;
  std::vector<JobRow> jobs_;  // By creation.
  std::map<UnitId, UnitSpecRow> unit_specs_;
  std::map<UnitId, UnitStatusRow> units_;
  std::map<std::string, ResultRow> results_;
  std::map<NumberedUnit, AttemptRow> attempts_;  // By epoch.
  std::map<NumberedUnit, EffectRow> effects_;    // By generation.
  std::map<std::string, WorkerRow> workers_;
  std::vector<EventRow> events_;
};

}  // namespace decant

#endif  // DECANT_COORDINATOR_STORE_MEMORY_STORE_H_
