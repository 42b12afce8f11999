#include "coordinator/dispatch/job_record.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/param_reader.h"
#include "common/base/status_macros.h"
#include "coordinator/schedule/ready_queue.h"

namespace decant {
namespace {

size_t PhaseOf(JobRecord& job, const UnitSpec& spec) {
  // From the back: units of one phase mostly stand together.
  for (size_t i = job.phases.size(); i-- > 0;) {
    if (job.phases[i].step == spec.step && job.phases[i].phase == spec.phase) {
      return i;
    }
  }
  job.phases.push_back({.step = spec.step, .phase = spec.phase});
  return job.phases.size() - 1;
}

// Adds one unit behind those it needs.
absl::Status AddUnit(JobRecord& job, UnitRecord unit) {
  const size_t index = job.units.size();
  for (const UnitInput& input : unit.spec.inputs) {
    const auto producer = job.unit_index.find(input.unit);
    if (producer == job.unit_index.end()) {
      return absl::InvalidArgumentError(
          absl::StrCat("plan: unit ", unit.spec.id, " needs ", input.unit,
                       ", which is not an earlier unit"));
    }
    const std::vector<std::string>& outputs =
        job.units[producer->second].spec.outputs;
    if (std::find(outputs.begin(), outputs.end(), input.output) ==
        outputs.end()) {
      return absl::InvalidArgumentError(
          absl::StrCat("plan: unit ", unit.spec.id, " needs output ",
                       input.output, " of ", input.unit, ", which has none"));
    }
    unit.producers.push_back(producer->second);
    job.units[producer->second].consumers.push_back(index);
  }
  if (!job.unit_index.emplace(unit.spec.id, index).second) {
    return absl::InvalidArgumentError(
        absl::StrCat("plan: two units are named ", unit.spec.id));
  }
  unit.phase = PhaseOf(job, unit.spec);
  const double cost = NominalSeconds(unit.spec.cost);
  const auto state = static_cast<size_t>(unit.row.state);
  PhaseCount& phase = job.phases[unit.phase];
  ++phase.units;
  ++phase.by_state[state];
  ++job.by_state[state];
  if (unit.row.cached) ++phase.cached, ++job.cached;
  job.cost_total += cost;
  if (unit.row.state == UnitState::kDone) job.cost_done += cost;
  job.units.push_back(std::move(unit));
  return absl::OkStatus();
}

void ClearUnits(JobRecord& job) {
  job.units.clear();
  job.unit_index.clear();
  job.phases.clear();
  job.by_state = {};
  job.cached = 0;
  job.cost_done = job.cost_total = 0;
}

Json SourceToJson(const SourceRef& source) {
  return {{"path", source.path},
          {"fingerprint", source.fingerprint},
          {"manifest_digest", source.manifest.digest},
          {"manifest_size_bytes", source.manifest.size_bytes}};
}

absl::StatusOr<SourceRef> SourceFromJson(const Json& json) {
  ParamReader reader(json, "stored source");
  SourceRef source;
  source.path = reader.String("path");
  source.fingerprint = reader.String("fingerprint");
  source.manifest.digest = reader.String("manifest_digest");
  source.manifest.size_bytes = reader.Int("manifest_size_bytes");
  RETURN_IF_ERROR(reader.Finish());
  return source;
}

// Everything of a plan but its units and what has its own column.
std::string PlanToJson(const JobRecord& job) {
  Json sources = Json::object();
  for (const auto& [name, source] : job.sources) {
    sources[name] = SourceToJson(source);
  }
  Json gates = Json::array();
  for (const Gate& gate : job.gates) gates.push_back(gate.ToJson());
  return CanonicalJson({{"sources", std::move(sources)},
                        {"gates", std::move(gates)},
                        {"seal_unit", job.seal_unit},
                        {"warnings", job.warnings},
                        {"details", job.details}});
}

absl::Status PlanFromJson(JobRecord& job) {
  ASSIGN_OR_RETURN(const Json json,
                   ParseJson(job.row.plan_json, "stored plan"));
  ParamReader reader(json, "stored plan");
  const Json sources = reader.Value("sources");
  const Json gates = reader.Value("gates");
  job.seal_unit = reader.String("seal_unit");
  job.warnings = reader.StringList("warnings");
  job.details = reader.Value("details");
  RETURN_IF_ERROR(reader.Finish());
  for (const auto& [name, source] : sources.items()) {
    ASSIGN_OR_RETURN(job.sources[name], SourceFromJson(source));
  }
  for (const Json& gate : gates) {
    ASSIGN_OR_RETURN(Gate parsed, Gate::FromJson(gate));
    job.gates.push_back(std::move(parsed));
  }
  return absl::OkStatus();
}

void CountMissingInputs(JobRecord& job) {
  for (UnitRecord& unit : job.units) {
    unit.missing_inputs = static_cast<size_t>(std::count_if(
        unit.producers.begin(), unit.producers.end(), [&](size_t producer) {
          return job.units[producer].row.state != UnitState::kDone;
        }));
  }
}

}  // namespace

UnitRecord* JobRecord::FindUnit(const std::string& unit_id) {
  const auto it = unit_index.find(unit_id);
  return it == unit_index.end() ? nullptr : &units[it->second];
}

absl::StatusOr<JobRecord> JobFromPlan(const JobPlan& plan,
                                      const std::string& job_id) {
  JobRecord job;
  job.row.id = job_id;
  job.row.name = plan.name;
  job.row.recipe_identity = plan.recipe_identity;
  job.row.output_path = plan.output_path;
  job.sources = plan.sources;
  job.gates = plan.gates;
  job.seal_unit = plan.seal_unit;
  job.warnings = plan.warnings;
  job.details = plan.details;
  job.row.plan_json = PlanToJson(job);
  job.units.reserve(plan.units.size());
  for (const UnitSpec& spec : plan.units) {
    UnitRecord unit;
    unit.spec = spec;
    unit.row.job_id = job_id;
    unit.row.unit_id = spec.id;
    unit.missing_inputs = spec.inputs.size();
    RETURN_IF_ERROR(AddUnit(job, std::move(unit)));
  }
  if (job.unit_index.count(job.seal_unit) == 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("plan: seal unit '", job.seal_unit, "' is not a unit"));
  }
  job.has_units = true;
  return job;
}

absl::StatusOr<JobRecord> JobFromRow(const JobRow& row) {
  JobRecord job;
  job.row = row;
  RETURN_IF_ERROR(Annotate(PlanFromJson(job), absl::StrCat("job ", row.id)));
  RETURN_IF_ERROR(
      Annotate(ProgressFromJson(job), absl::StrCat("job ", row.id)));
  return job;
}

absl::Status AttachUnits(JobRecord& job, const std::vector<StoredUnit>& units) {
  ClearUnits(job);
  job.units.reserve(units.size());
  for (const auto& [spec, status] : units) {
    const std::string what = absl::StrCat(spec.job_id, "/", spec.unit_id);
    ASSIGN_OR_RETURN(const Json json, ParseJson(spec.spec_json, what));
    UnitRecord unit;
    ASSIGN_OR_RETURN(unit.spec, UnitSpec::FromJson(json));
    unit.row = status;
    if (status.state == UnitState::kDone) {
      ASSIGN_OR_RETURN(const Json result, ParseJson(status.result_json, what));
      ASSIGN_OR_RETURN(UnitResult parsed, UnitResult::FromJson(result));
      unit.outputs = std::move(parsed.outputs);
    }
    RETURN_IF_ERROR(AddUnit(job, std::move(unit)));
  }
  CountMissingInputs(job);
  job.has_units = true;
  return absl::OkStatus();
}

void SetUnitState(JobRecord& job, size_t unit, UnitState state) {
  UnitRecord& record = job.units[unit];
  const UnitState old = record.row.state;
  if (old == state) return;
  PhaseCount& phase = job.phases[record.phase];
  --phase.by_state[static_cast<size_t>(old)];
  ++phase.by_state[static_cast<size_t>(state)];
  --job.by_state[static_cast<size_t>(old)];
  ++job.by_state[static_cast<size_t>(state)];
  record.row.state = state;
  const double cost = NominalSeconds(record.spec.cost);
  if (old == UnitState::kDone) {
    job.cost_done -= cost;
    for (size_t consumer : record.consumers) {
      ++job.units[consumer].missing_inputs;
    }
  }
  if (state == UnitState::kDone) {
    job.cost_done += cost;
    for (size_t consumer : record.consumers) {
      --job.units[consumer].missing_inputs;
    }
  }
}

void SetCached(JobRecord& job, size_t unit, bool cached) {
  UnitRecord& record = job.units[unit];
  if (record.row.cached == cached) return;
  const int64_t change = cached ? 1 : -1;
  record.row.cached = cached;
  job.phases[record.phase].cached += change;
  job.cached += change;
}

std::map<std::string, ArtifactRef> ResolveInputs(const JobRecord& job,
                                                 const UnitRecord& unit) {
  std::map<std::string, ArtifactRef> inputs;
  for (size_t i = 0; i < unit.spec.inputs.size(); ++i) {
    const UnitInput& input = unit.spec.inputs[i];
    const auto& outputs = job.units[unit.producers[i]].outputs;
    const auto output = outputs.find(input.output);
    if (output != outputs.end()) inputs[input.name] = output->second;
  }
  return inputs;
}

std::map<std::string, SourceRef> ResolveSources(const JobRecord& job,
                                                const UnitRecord& unit) {
  std::map<std::string, SourceRef> sources;
  for (const std::string& name : unit.spec.sources) {
    const auto source = job.sources.find(name);
    if (source != job.sources.end()) sources[name] = source->second;
  }
  return sources;
}

std::string ProgressToJson(const JobRecord& job) {
  Json phases = Json::array();
  for (const PhaseCount& phase : job.phases) {
    phases.push_back({{"step", phase.step},
                      {"phase", phase.phase},
                      {"units", phase.units},
                      {"cached", phase.cached},
                      {"by_state", phase.by_state}});
  }
  return CanonicalJson({{"phases", std::move(phases)},
                        {"cost_done", job.cost_done},
                        {"cost_total", job.cost_total}});
}

absl::Status ProgressFromJson(JobRecord& job) {
  if (job.row.progress_json.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const Json json,
                   ParseJson(job.row.progress_json, "stored progress"));
  ParamReader reader(json, "stored progress");
  const Json phases = reader.Value("phases");
  job.cost_done = reader.Double("cost_done");
  job.cost_total = reader.Double("cost_total");
  RETURN_IF_ERROR(reader.Finish());
  for (const Json& entry : phases) {
    ParamReader phase_reader(entry, "stored phase");
    PhaseCount phase;
    phase.step = phase_reader.Int("step");
    phase.phase = phase_reader.String("phase");
    phase.units = phase_reader.Int("units");
    phase.cached = phase_reader.Int("cached");
    const std::vector<int64_t> counts = phase_reader.IntList("by_state");
    RETURN_IF_ERROR(phase_reader.Finish());
    for (size_t i = 0; i < std::min(counts.size(), job.by_state.size()); ++i) {
      phase.by_state[i] = counts[i];
      job.by_state[i] += counts[i];
    }
    job.cached += phase.cached;
    job.phases.push_back(std::move(phase));
  }
  return absl::OkStatus();
}

}  // namespace decant
