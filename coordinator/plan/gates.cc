#include "coordinator/plan/gates.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/base/param_reader.h"
#include "common/base/status_macros.h"

namespace decant {
namespace {

Json Optional(const std::optional<double>& value) {
  return value.has_value() ? Json(*value) : Json(nullptr);
}

absl::StatusOr<double> Metric(const Json& summary, const std::string& name) {
  const auto found = summary.find(name);
  if (found == summary.end() || !found->is_number()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "gate '", name, "': the finished model's report has no such metric"));
  }
  return found->get<double>();
}

GateOutcome Judge(const Gate& gate, double value) {
  GateOutcome outcome{.gate = gate, .value = value, .passed = true};
  // Written so that NaN fails.
  if (gate.min.has_value() && !(value >= *gate.min)) {
    outcome.passed = false;
    outcome.reason =
        absl::StrFormat("%g is below the minimum %g", value, *gate.min);
  } else if (gate.max.has_value() && !(value <= *gate.max)) {
    outcome.passed = false;
    outcome.reason =
        absl::StrFormat("%g is above the maximum %g", value, *gate.max);
  }
  return outcome;
}

}  // namespace

Json Gate::ToJson() const {
  return {{"metric", metric}, {"min", Optional(min)}, {"max", Optional(max)}};
}

absl::StatusOr<Gate> Gate::FromJson(const Json& json) {
  ParamReader reader(json, "gate");
  Gate gate;
  gate.metric = reader.String("metric");
  const Json min = reader.OptionalValue("min", nullptr);
  const Json max = reader.OptionalValue("max", nullptr);
  if (!min.is_null() && !min.is_number()) reader.Fail("min", "not a number");
  if (!max.is_null() && !max.is_number()) reader.Fail("max", "not a number");
  RETURN_IF_ERROR(reader.Finish());
  if (min.is_number()) gate.min = min.get<double>();
  if (max.is_number()) gate.max = max.get<double>();
  return gate;
}

Json GateOutcome::ToJson() const {
  Json json = gate.ToJson();
  json["value"] = value;
  json["passed"] = passed;
  json["reason"] = reason;
  return json;
}

absl::StatusOr<std::vector<GateOutcome>> EvaluateGates(
    const std::vector<Gate>& gates, const Json& seal_summary) {
  std::vector<GateOutcome> outcomes;
  for (const Gate& gate : gates) {
    ASSIGN_OR_RETURN(const double value, Metric(seal_summary, gate.metric));
    outcomes.push_back(Judge(gate, value));
  }
  ASSIGN_OR_RETURN(const double nonfinite,
                   Metric(seal_summary, "nonfinite_elements"));
  outcomes.push_back(
      Judge({.metric = "nonfinite_elements", .max = 0}, nonfinite));
  ASSIGN_OR_RETURN(const double changed,
                   Metric(seal_summary, "changed_elements"));
  GateOutcome no_op = Judge({.metric = "changed_elements", .min = 1}, changed);
  if (!no_op.passed) {
    no_op.reason = "the made model equals the student bit for bit: a no-op";
  }
  outcomes.push_back(std::move(no_op));
  return outcomes;
}

bool AllPassed(const std::vector<GateOutcome>& outcomes) {
  for (const GateOutcome& outcome : outcomes) {
    if (!outcome.passed) return false;
  }
  return true;
}

}  // namespace decant
