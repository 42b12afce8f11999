// The metrics a gate may test. A gate on a metric that nothing computes would
// never reject anything, so the list holds only what exists.
#ifndef DECANT_COMMON_RECIPE_GATE_METRICS_H_
#define DECANT_COMMON_RECIPE_GATE_METRICS_H_

#include <string>
#include <vector>

namespace decant {

// Share of the made model's stored elements whose bits differ from the
// student's, over all tensors, counted after rounding.
inline constexpr char kChangedElementsFraction[] = "changed_elements_fraction";
// The largest |W' - W_s| / |W_s| (Frobenius) over the tensors that changed.
inline constexpr char kMaxRelativeChange[] = "max_relative_change";

inline std::vector<std::string> GateMetricNames() {
  return {kChangedElementsFraction, kMaxRelativeChange};
}

}  // namespace decant

#endif  // DECANT_COMMON_RECIPE_GATE_METRICS_H_
