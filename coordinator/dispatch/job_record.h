// A job as the core holds it in memory: its plan, its units, their links and
// counts. Plain data with the bookkeeping that keeps counts right; what
// happens to units is decided in unit_flow.h.
#ifndef DECANT_COORDINATOR_DISPATCH_JOB_RECORD_H_
#define DECANT_COORDINATOR_DISPATCH_JOB_RECORD_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/json.h"
#include "common/unit/unit_spec.h"
#include "coordinator/plan/gates.h"
#include "coordinator/plan/job_plan.h"
#include "coordinator/store/rows.h"
#include "coordinator/store/store.h"

namespace decant {

struct UnitRecord {
  UnitSpec spec;
  UnitStatusRow row;
  std::map<std::string, ArtifactRef> outputs;  // While done.
  std::vector<size_t> producers;               // By place in spec.inputs.
  std::vector<size_t> consumers;               // Once per input.
  size_t missing_inputs = 0;
  size_t phase = 0;  // Index into JobRecord::phases.

  // Of a ready unit: whether its action key was looked up.
  enum class Lookup { kNone, kPending, kFinished } lookup = Lookup::kNone;
  int64_t lookup_ticket = 0;
  absl::Duration not_before;  // Steady time a backoff ends.
  absl::Duration done_at;     // Steady time of the accepted result.
  bool is_dirty = false;      // Listed to be written.
};

using StateCounts = std::array<int64_t, kNumUnitStates>;

struct PhaseCount {
  int64_t step = 0;
  std::string phase;
  int64_t units = 0;
  int64_t cached = 0;
  StateCounts by_state = {};
};

struct JobRecord {
  int64_t number = 0;  // See UnitKey.
  JobRow row;
  std::map<std::string, SourceRef> sources;
  std::vector<Gate> gates;
  std::string seal_unit;
  std::vector<std::string> warnings;
  Json details = Json::object();

  // Final jobs of an earlier process have no units until somebody asks.
  bool has_units = false;
  std::vector<UnitRecord> units;
  std::unordered_map<std::string, size_t> unit_index;
  std::vector<PhaseCount> phases;  // By first appearance.
  StateCounts by_state = {};
  int64_t cached = 0;
  double cost_done = 0;
  double cost_total = 0;

  // Files are being published or cleaned up; nobody else may end the job.
  bool is_finishing = false;
  // What stands at the output path must be looked at before anything runs.
  bool must_inspect_output = false;
  bool is_inspecting = false;  // That look is on its way.
  std::string waits_for;       // Why nothing runs; shown, not stored.
  bool is_dirty = false;

  UnitRecord* FindUnit(const std::string& unit_id);
  int64_t count(UnitState state) const {
    return by_state[static_cast<size_t>(state)];
  }
  bool AllDone() const {
    return has_units &&
           count(UnitState::kDone) == static_cast<int64_t>(units.size());
  }
};

// A new job in state planning, all its units blocked. InvalidArgument: a unit
// names an input that no earlier unit makes, or two units share a name.
absl::StatusOr<JobRecord> JobFromPlan(const JobPlan& plan,
                                      const std::string& job_id);

// A stored job, without its units.
absl::StatusOr<JobRecord> JobFromRow(const JobRow& row);
// Adds them. Counts and links are right afterwards.
absl::Status AttachUnits(JobRecord& job, const std::vector<StoredUnit>& units);

// Changes the state of one unit and all counts. The caller decided that the
// change is allowed.
void SetUnitState(JobRecord& job, size_t unit, UnitState state);
void SetCached(JobRecord& job, size_t unit, bool cached);

// Artifacts that the unit's inputs name. All producers must be done.
std::map<std::string, ArtifactRef> ResolveInputs(const JobRecord& job,
                                                 const UnitRecord& unit);
// The sources the unit may open, which are those its action key covers.
std::map<std::string, SourceRef> ResolveSources(const JobRecord& job,
                                                const UnitRecord& unit);

// Counts as stored in JobRow::progress_json, so that a list of old jobs needs
// no units; and back.
std::string ProgressToJson(const JobRecord& job);
absl::Status ProgressFromJson(JobRecord& job);

}  // namespace decant

#endif  // DECANT_COORDINATOR_DISPATCH_JOB_RECORD_H_
