// The coordinator's memory. Narrow on purpose: the core keeps all state in its
// own memory, writes what changed in one transaction, and reads everything
// back only when it starts.
#ifndef DECANT_COORDINATOR_STORE_STORE_H_
#define DECANT_COORDINATOR_STORE_STORE_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "coordinator/store/rows.h"

namespace decant {

// Everything one step of the core changed.
struct WriteBatch {
  std::vector<JobRow> jobs;             // Inserted or replaced, before units.
  std::vector<UnitSpecRow> unit_specs;  // Inserted; the status is in `units`.
  std::vector<UnitStatusRow> units;     // Replaced.
  std::vector<ResultRow> results;       // Inserted or replaced.
  std::vector<AttemptRow> attempts;     // Inserted or replaced.
  std::vector<EffectRow> effects;       // Inserted; a second one is refused.
  std::vector<WorkerRow> workers;       // Inserted or replaced.
  std::vector<EventRow> events;         // Appended.

  bool empty() const;
};

// A unit as loaded: what it is and where it stands.
using StoredUnit = std::pair<UnitSpecRow, UnitStatusRow>;

struct StoreSnapshot {
  std::vector<JobRow> jobs;  // By creation.
  // Of all jobs that are not final; by job, then ordinal.
  std::vector<StoredUnit> units;
  std::vector<WorkerRow> workers;  // By id.
};

// Used by one thread. Implementations pass tests/conformance/
// store_conformance.h.
class Store {
 public:
  virtual ~Store() = default;

  // Random, made with the store: workers and workspaces recognise it by this.
  virtual const std::string& store_id() const = 0;

  virtual absl::StatusOr<StoreSnapshot> LoadAll() = 0;
  // Units of one job, by ordinal; empty when there is no such job.
  virtual absl::StatusOr<std::vector<StoredUnit>> LoadUnits(
      absl::string_view job_id) = 0;
  // Newest last, at most `limit`.
  virtual absl::StatusOr<std::vector<EventRow>> LoadEvents(
      absl::string_view job_id, int limit) = 0;
  // By unit, then epoch.
  virtual absl::StatusOr<std::vector<AttemptRow>> LoadAttempts(
      absl::string_view job_id) = 0;
  virtual absl::StatusOr<std::vector<EffectRow>> LoadEffects(
      absl::string_view job_id) = 0;

  // One transaction: durable when it returns OK, else nothing of it happened.
  //
  // ResourceExhausted  disk full: repeat later, nothing else is wrong.
  // AlreadyExists      an effect of (job, unit, generation) is recorded.
  // FailedPrecondition a row names a job or unit that is not there.
  // Internal           I/O error or failed fsync. No retry is safe, because
  //                    the kernel forgets which pages are dirty: end the
  //                    process and recover from the file.
  virtual absl::Status Commit(const WriteBatch& batch) = 0;
};

}  // namespace decant

#endif  // DECANT_COORDINATOR_STORE_STORE_H_
