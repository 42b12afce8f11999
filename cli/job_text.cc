#include "cli/job_text.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "cli/message_json.h"
#include "common/base/format.h"
#include "common/base/table.h"

namespace decant {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

std::string WallTime(int64_t unix_micros) {
  if (unix_micros == 0) return "";
  return absl::FormatTime("%Y-%m-%d %H:%M:%S",
                          absl::FromUnixMicros(unix_micros),
                          absl::LocalTimeZone());
}

// Two columns; pairs without a value are left out.
std::string PairsText(const Pairs& pairs) {
  size_t width = 0;
  for (const auto& [key, value] : pairs) {
    if (!value.empty()) width = std::max(width, key.size());
  }
  std::string text;
  for (const auto& [key, value] : pairs) {
    if (value.empty()) continue;
    absl::StrAppend(&text, key, std::string(width - key.size() + 2, ' '), value,
                    "\n");
  }
  return text;
}

std::string StateText(const v1::Job& job) {
  const std::string state = EnumWordOf(job.state());
  if (job.state() != v1::JOB_STATE_STOPPING) return state;
  return absl::StrCat(state, " (", EnumWordOf(job.final_state()), ")");
}

std::string UnitCounts(const v1::Job& job) {
  std::string text = absl::StrCat(HumanCount(job.units_done()), " of ",
                                  HumanCount(job.units()), " done");
  const std::pair<int64_t, const char*> extras[] = {
      {job.units_cached(), "cached"},
      {job.units_running(), "running"},
      {job.units_quarantined(), "quarantined"}};
  for (const auto& [count, word] : extras) {
    if (count > 0) absl::StrAppend(&text, ", ", HumanCount(count), " ", word);
  }
  return text;
}

std::string NumberText(const Json& value) {
  if (value.is_number_integer()) return HumanCount(value.get<int64_t>());
  if (value.is_number()) return absl::StrFormat("%.4g", value.get<double>());
  if (value.is_string()) return value.get<std::string>();
  return value.is_null() ? "" : value.dump();
}

std::string Member(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found == object.end() ? "" : NumberText(*found);
}

std::string ProgressText(const v1::Unit& unit) {
  if (unit.progress_total() <= 0) return "";
  return absl::StrFormat("%d%%",
                         100 * unit.progress_done() / unit.progress_total());
}

}  // namespace

bool IsFinalState(v1::JobState state) {
  return state == v1::JOB_STATE_DONE || state == v1::JOB_STATE_FAILED ||
         state == v1::JOB_STATE_CANCELLED || state == v1::JOB_STATE_REJECTED;
}

absl::Duration JobDuration(const v1::Job& job, absl::Time now) {
  if (job.started_unix_micros() == 0) return absl::ZeroDuration();
  const absl::Time end = job.finished_unix_micros() == 0
                             ? now
                             : absl::FromUnixMicros(job.finished_unix_micros());
  return std::max(absl::ZeroDuration(),
                  end - absl::FromUnixMicros(job.started_unix_micros()));
}

std::string JobsTable(const std::vector<v1::Job>& jobs) {
  Table table({{"JOB"},
               {"NAME"},
               {"STATE"},
               {"UNITS", Align::kRight},
               {"DONE", Align::kRight},
               {"CREATED"},
               {"OUTPUT"}});
  std::vector<const v1::Job*> sorted;
  for (const v1::Job& job : jobs) sorted.push_back(&job);
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const v1::Job* a, const v1::Job* b) {
                     return a->created_unix_micros() > b->created_unix_micros();
                   });
  for (const v1::Job* job : sorted) {
    table.AddRow({job->id(), job->name(), StateText(*job),
                  HumanCount(job->units()), HumanCount(job->units_done()),
                  WallTime(job->created_unix_micros()), job->output_path()});
  }
  return table.ToString();
}

std::string PhasesTable(const v1::Job& job) {
  Table table({{"STEP", Align::kRight},
               {"PHASE"},
               {"UNITS", Align::kRight},
               {"DONE", Align::kRight},
               {"CACHED", Align::kRight},
               {"RUNNING", Align::kRight},
               {"QUARANTINED", Align::kRight}});
  for (const v1::PhaseProgress& phase : job.phases()) {
    table.AddRow({absl::StrCat(phase.step()), phase.phase(),
                  HumanCount(phase.units()), HumanCount(phase.done()),
                  HumanCount(phase.cached()), HumanCount(phase.running()),
                  HumanCount(phase.quarantined())});
  }
  return table.ToString();
}

std::string GatesTable(const v1::Job& job) {
  const absl::StatusOr<Json> gates = ParseJson(job.gates_json(), "gates");
  if (!gates.ok() || !gates->is_array() || gates->empty()) return "";
  Table table({{"GATE"},
               {"VALUE", Align::kRight},
               {"MIN", Align::kRight},
               {"MAX", Align::kRight},
               {"RESULT"}});
  for (const Json& gate : *gates) {
    if (!gate.is_object()) continue;
    const auto passed = gate.find("passed");
    const bool is_passed = passed != gate.end() && *passed == true;
    table.AddRow({Member(gate, "metric"), Member(gate, "value"),
                  Member(gate, "min"), Member(gate, "max"),
                  is_passed ? "passed" : "FAILED"});
  }
  return table.ToString();
}

std::string JobDetails(const v1::Job& job) {
  std::string text = PairsText({
      {"job", job.id()},
      {"name", job.name()},
      {"state", StateText(job)},
      {"message", job.message()},
      {"units", UnitCounts(job)},
      {"output", job.output_path()},
      {"published", job.published_path()},
      {"created", WallTime(job.created_unix_micros())},
      {"started", WallTime(job.started_unix_micros())},
      {"finished", WallTime(job.finished_unix_micros())},
      {"numerics", job.numerics_class()},
      {"identity", job.result_identity()},
  });
  if (job.phases_size() > 0) absl::StrAppend(&text, "\n", PhasesTable(job));
  const std::string gates = GatesTable(job);
  if (!gates.empty()) absl::StrAppend(&text, "\n", gates);
  return text;
}

std::string UnitsTable(const std::vector<v1::Unit>& units) {
  Table table({{"UNIT"},
               {"STATE"},
               {"WORKER"},
               {"EPOCH", Align::kRight},
               {"TIME", Align::kRight},
               {"PROGRESS", Align::kRight},
               {"MESSAGE"}});
  for (const v1::Unit& unit : units) {
    const std::string state = EnumWordOf(unit.state());
    table.AddRow({unit.id(),
                  unit.cached() ? absl::StrCat(state, " (cached)") : state,
                  unit.worker_id(), absl::StrCat(unit.epoch()),
                  unit.run_micros() == 0
                      ? ""
                      : HumanDuration(absl::Microseconds(unit.run_micros())),
                  ProgressText(unit), unit.message()});
  }
  return table.ToString();
}

std::string UnitDetails(const v1::Unit& unit) {
  std::string waits_for;
  if (unit.waits_for_size() > 0) {
    waits_for = absl::StrJoin(unit.waits_for(), ", ");
  }
  return PairsText({
      {"unit", unit.id()},
      {"operation", unit.op()},
      {"state", EnumWordOf(unit.state())},
      {"cached", unit.cached() ? "yes" : ""},
      {"message", unit.message()},
      {"waits for", waits_for},
      {"worker", unit.worker_id()},
      {"epoch", absl::StrCat(unit.epoch())},
      {"attempts", absl::StrCat(unit.attempts())},
      {"progress", ProgressText(unit)},
      {"run time", unit.run_micros() == 0
                       ? ""
                       : HumanDuration(absl::Microseconds(unit.run_micros()))},
      {"action key", unit.action_key()},
      {"summary", unit.summary_json()},
  });
}

std::string WorkersTable(const std::vector<v1::Worker>& workers,
                         absl::Time now) {
  Table table({{"WORKER"},
               {"HOST"},
               {"STATE"},
               {"SLOTS", Align::kRight},
               {"BUSY", Align::kRight},
               {"DEVICES"},
               {"LAST SYNC", Align::kRight},
               {"NOTE"}});
  for (const v1::Worker& worker : workers) {
    std::vector<std::string> notes;
    for (const v1::IneligibleReason& reason : worker.ineligible()) {
      notes.push_back(absl::StrCat(reason.job_id(), ": ", reason.reason()));
    }
    const absl::Duration silence =
        now - absl::FromUnixMicros(worker.last_sync_unix_micros());
    table.AddRow(
        {worker.id(), worker.host(), worker.state(),
         absl::StrCat(worker.slots()), absl::StrCat(worker.busy_slots()),
         absl::StrJoin(worker.devices(), " "),
         absl::StrCat(HumanDuration(std::max(silence, absl::ZeroDuration())),
                      " ago"),
         absl::StrJoin(notes, "; ")});
  }
  return table.ToString();
}

std::string ChangeTable(const Json& seal_summary) {
  if (!seal_summary.is_object()) return "";
  const std::string fraction =
      Member(seal_summary, "changed_elements_fraction");
  if (fraction.empty()) return "";
  const std::string largest =
      Member(seal_summary, "max_relative_change_tensor");
  return PairsText({
      {"tensors", Member(seal_summary, "num_tensors")},
      {"elements", Member(seal_summary, "num_elements")},
      {"changed elements",
       absl::StrCat(Member(seal_summary, "changed_elements"), " (fraction ",
                    fraction, ")")},
      {"largest change",
       absl::StrCat(Member(seal_summary, "max_relative_change"),
                    " of the norm, in ", largest)},
      {"NaN or infinity", Member(seal_summary, "nonfinite_elements")},
  });
}

}  // namespace decant
