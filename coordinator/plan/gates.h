// Gates: conditions on the finished model, judged on the staging folder before
// anything is published. Pure.
#ifndef DECANT_COORDINATOR_PLAN_GATES_H_
#define DECANT_COORDINATOR_PLAN_GATES_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/base/json.h"

namespace decant {

// A recipe's gate, or one that always applies (finite, not_a_no_op).
struct Gate {
  std::string metric;
  std::optional<double> min;
  std::optional<double> max;

  Json ToJson() const;
  static absl::StatusOr<Gate> FromJson(const Json& json);
};

struct GateOutcome {
  Gate gate;
  double value = 0;
  bool passed = false;
  std::string reason;  // Of a failure, for people.

  Json ToJson() const;
};

// Judges `gates`, then the two that no recipe can switch off, on the summary
// of the seal unit (docs/formats/unit.md). InvalidArgument: the summary lacks
// a metric a gate names.
absl::StatusOr<std::vector<GateOutcome>> EvaluateGates(
    const std::vector<Gate>& gates, const Json& seal_summary);

bool AllPassed(const std::vector<GateOutcome>& outcomes);

}  // namespace decant

#endif  // DECANT_COORDINATOR_PLAN_GATES_H_
