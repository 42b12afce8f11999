#include "cli/plan_text.h"

#include <cstdint>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "common/base/format.h"
#include "common/base/table.h"

namespace decant {
namespace {

const Json& Member(const Json& object, const char* key) {
  static const Json& null = *new Json(nullptr);
  if (!object.is_object()) return null;
  const auto found = object.find(key);
  return found == object.end() ? null : *found;
}

std::string Text(const Json& value) {
  if (value.is_null()) return "";
  return value.is_string() ? value.get<std::string>() : value.dump();
}

std::string Count(const Json& value) {
  return value.is_number_integer() ? HumanCount(value.get<int64_t>()) : "";
}

std::string Bytes(const Json& value) {
  return value.is_number_integer() ? HumanBytes(value.get<int64_t>()) : "";
}

// "1.2e+13": FLOPs span twenty decades.
std::string Flops(const Json& value) {
  return value.is_number() ? absl::StrFormat("%.2g", value.get<double>()) : "";
}

std::string Range(int64_t first, int64_t last) {
  return first == last ? absl::StrCat(first) : absl::StrCat(first, "-", last);
}

// "3-5, 9" from {3, 4, 5, 9}.
std::string Ranges(const Json& list) {
  std::vector<std::string> parts;
  for (size_t i = 0; i < list.size();) {
    size_t j = i + 1;
    while (j < list.size() &&
           list[j].get<int64_t>() == list[j - 1].get<int64_t>() + 1) {
      ++j;
    }
    parts.push_back(Range(list[i].get<int64_t>(), list[j - 1].get<int64_t>()));
    i = j;
  }
  return absl::StrJoin(parts, ", ");
}

bool IsIntList(const Json& list) {
  if (!list.is_array()) return false;
  for (const Json& value : list) {
    if (!value.is_number_integer()) return false;
  }
  return true;
}

std::string LayerMap(const Json& map) {
  Table table({{"STUDENT", Align::kRight},
               {"TEACHER", Align::kRight},
               {"AND", Align::kRight},
               {"WEIGHT", Align::kRight}});
  for (const Json& entry : map) {
    const Json& weight = Member(entry, "weight");
    const double w = weight.is_number() ? weight.get<double>() : 0;
    table.AddRow({Text(Member(entry, "student")), Text(Member(entry, "lo")),
                  w == 0 ? "" : Text(Member(entry, "hi")),
                  w == 0 ? "" : absl::StrFormat("%.3f", w)});
  }
  return table.ToString();
}

std::string Warnings(const Json& warnings) {
  std::string text;
  if (!warnings.is_array()) return text;
  for (const Json& warning : warnings) {
    absl::StrAppend(&text, "warning: ", Text(warning), "\n");
  }
  return text;
}

std::string StepText(const Json& step) {
  std::string text = absl::StrCat("\nstep ", Text(Member(step, "index")), ": ",
                                  Text(Member(step, "method")), " (preset ",
                                  Text(Member(step, "preset")), ")\n");
  if (const Json& options = Member(step, "options"); options.is_object()) {
    for (const auto& [key, value] : options.items()) {
      absl::StrAppend(&text, "  ", key, ": ",
                      value.is_null() ? "none" : Text(value), "\n");
    }
  }
  if (const Json& map = Member(step, "layer_map"); map.is_array()) {
    if (!map.empty()) absl::StrAppend(&text, "\n", LayerMap(map));
  }
  const Json& unread = Member(step, "unread_teacher_layers");
  if (IsIntList(unread) && !unread.empty()) {
    absl::StrAppend(&text, "unread teacher layers (", unread.size(),
                    "): ", Ranges(unread), "\n");
  }
  absl::StrAppend(&text, Warnings(Member(step, "warnings")));
  return text;
}

std::string PhasesText(const Json& phases) {
  Table table({{"STEP", Align::kRight},
               {"PHASE"},
               {"UNITS", Align::kRight},
               {"CACHED", Align::kRight},
               {"READ", Align::kRight},
               {"WRITTEN", Align::kRight},
               {"FLOPS", Align::kRight},
               {"HOST MEMORY", Align::kRight},
               {"DEVICE MEMORY", Align::kRight}});
  for (const Json& phase : phases) {
    const Json& cached = Member(phase, "cached");
    table.AddRow(
        {Text(Member(phase, "step")), Text(Member(phase, "phase")),
         Count(Member(phase, "units")), cached.is_null() ? "?" : Count(cached),
         Bytes(Member(phase, "bytes_read")),
         Bytes(Member(phase, "bytes_written")), Flops(Member(phase, "flops")),
         Bytes(Member(phase, "host_memory_bytes")),
         Bytes(Member(phase, "device_memory_bytes"))});
  }
  return table.ToString();
}

std::string TotalsText(const Json& totals) {
  return absl::StrCat(
      "total: ", Count(Member(totals, "units")), " units, ",
      Bytes(Member(totals, "bytes_read")), " read, ",
      Bytes(Member(totals, "bytes_written")), " written, ",
      Flops(Member(totals, "flops")),
      " FLOPs\nworkspace: ", Bytes(Member(totals, "peak_workspace_bytes")),
      " at most; output: ", Bytes(Member(totals, "output_bytes")), "\n");
}

std::string EstimatesText(const Json& estimates) {
  Table table({{"WORKERS", Align::kRight},
               {"DEVICE"},
               {"ESTIMATED TIME", Align::kRight}});
  for (const Json& estimate : estimates) {
    const Json& seconds = Member(estimate, "seconds");
    table.AddRow({Count(Member(estimate, "workers")),
                  Text(Member(estimate, "device")),
                  seconds.is_number()
                      ? HumanDuration(absl::Seconds(seconds.get<double>()))
                      : ""});
  }
  return table.ToString();
}

}  // namespace

std::string PlanText(const Json& plan) {
  std::string text = absl::StrCat(Text(Member(plan, "name")), " -> ",
                                  Text(Member(plan, "output")), "\n");
  if (const Json& steps = Member(plan, "steps"); steps.is_array()) {
    for (const Json& step : steps) absl::StrAppend(&text, StepText(step));
  }
  if (const Json& phases = Member(plan, "phases"); phases.is_array()) {
    absl::StrAppend(&text, "\n", PhasesText(phases));
  }
  if (const Json& totals = Member(plan, "totals"); totals.is_object()) {
    absl::StrAppend(&text, "\n", TotalsText(totals));
  }
  const Json& estimates = Member(plan, "estimates");
  if (estimates.is_array() && !estimates.empty()) {
    absl::StrAppend(&text, "\n", EstimatesText(estimates));
  }
  const std::string warnings = Warnings(Member(plan, "warnings"));
  if (!warnings.empty()) absl::StrAppend(&text, "\n", warnings);
  return text;
}

}  // namespace decant
