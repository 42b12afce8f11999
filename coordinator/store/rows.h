// What the coordinator remembers, as rows. Plain data.
#ifndef DECANT_COORDINATOR_STORE_ROWS_H_
#define DECANT_COORDINATOR_STORE_ROWS_H_

#include <cstdint>
#include <string>

#include "coordinator/schedule/job_state.h"
#include "coordinator/schedule/unit_state.h"

namespace decant {

struct JobRow {
  std::string id;
  std::string name;
  JobPhase phase;
  std::string message;
  std::string recipe_identity;
  std::string numerics_class;  // "" until a worker joined.
  std::string output_path;
  bool replace = false;       // May replace what stands at output_path.
  std::string plan_json;      // The plan without its units.
  std::string progress_json;  // Counts, so that old jobs need no units.
  std::string gates_json;     // "" until judged.
  std::string published_path;
  int64_t created_unix_micros = 0;
  int64_t started_unix_micros = 0;
  int64_t finished_unix_micros = 0;
  int64_t version = 0;
  friend bool operator==(const JobRow&, const JobRow&) = default;
};

// What a unit is. Written once, with its job.
struct UnitSpecRow {
  std::string job_id;
  std::string unit_id;
  int64_t ordinal = 0;  // Place in the plan: inputs stand before their users.
  std::string spec_json;
  friend bool operator==(const UnitSpecRow&, const UnitSpecRow&) = default;
};

// Where a unit stands.
struct UnitStatusRow {
  std::string job_id;
  std::string unit_id;
  UnitState state = UnitState::kBlocked;
  int64_t epoch = 0;           // Of the newest lease; only grows.
  int64_t generation = 0;      // Grows when a result is lost or thrown away.
  int64_t app_failures = 0;    // In a row, without progress.
  int64_t infra_failures = 0;  // Likewise.
  int64_t losses = 0;          // How often its output was lost.
  int64_t memory_floor_bytes = 0;   // Device memory that was not enough.
  std::string failed_workers_json;  // [[worker, class], ...] of app_failures.
  std::string worker_id;            // Of the lease, or of the accepted result.
  std::string worker_incarnation;
  std::string action_key;
  std::string result_json;  // Of the accepted result.
  bool cached = false;
  std::string message;  // Last error.
  int64_t run_micros = 0;
  friend bool operator==(const UnitStatusRow&, const UnitStatusRow&) = default;
};

struct ResultRow {
  std::string action_key;
  std::string result_json;
  friend bool operator==(const ResultRow&, const ResultRow&) = default;
};

// How one attempt ended. For people and audits.
struct AttemptRow {
  std::string job_id;
  std::string unit_id;
  int64_t epoch = 0;
  std::string worker_id;
  std::string worker_incarnation;
  std::string outcome;  // "accepted", "failed", "expired", "released", ...
  std::string message;
  int64_t run_micros = 0;
  int64_t ended_unix_micros = 0;
  friend bool operator==(const AttemptRow&, const AttemptRow&) = default;
};

// One accepted effect. (job, unit, generation) is unique for ever: a second
// one is refused with the whole batch.
struct EffectRow {
  std::string job_id;
  std::string unit_id;
  int64_t generation = 0;
  int64_t epoch = 0;  // 0: the result was known and nothing ran.
  std::string action_key;
  friend bool operator==(const EffectRow&, const EffectRow&) = default;
};

struct WorkerRow {
  std::string id;
  std::string incarnation;
  std::string host;
  std::string numerics_class;
  int64_t last_seen_unix_micros = 0;
  friend bool operator==(const WorkerRow&, const WorkerRow&) = default;
};

struct EventRow {
  int64_t unix_micros = 0;
  std::string job_id;
  std::string kind;  // "submitted", "cancelled", "quarantined", ...
  std::string message;
  friend bool operator==(const EventRow&, const EventRow&) = default;
};

}  // namespace decant

#endif  // DECANT_COORDINATOR_STORE_ROWS_H_
