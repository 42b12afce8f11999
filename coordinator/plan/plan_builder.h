// Collects the units of a job. Pure.
#ifndef DECANT_COORDINATOR_PLAN_PLAN_BUILDER_H_
#define DECANT_COORDINATOR_PLAN_PLAN_BUILDER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "common/unit/unit_spec.h"

namespace decant {

// Granularity follows from shapes alone, never from the cluster: one unit
// reads about this much, or computes about that much, whichever is less.
inline constexpr int64_t kNominalUnitBytes = 4'000'000'000;
inline constexpr double kNominalUnitFlops = 2e13;
inline constexpr int64_t kMaxUnitsPerJob = 200'000;

// Units in the order added; inputs must be added before their users.
class PlanBuilder {
 public:
  // Adds a unit and returns its id. When an equal one (same op, params, inputs
  // and sources) is there already, nothing is added and its id is returned: two
  // student layers on one teacher layer, or two passes of a double distill,
  // share what does not depend on the student.
  std::string Add(UnitSpec unit);

  const std::vector<UnitSpec>& units() const { return units_; }
  std::vector<UnitSpec> TakeUnits() { return std::move(units_); }

 private:
  std::vector<UnitSpec> units_;
  absl::flat_hash_map<std::string, std::string> id_by_content_;
};

// How many equal-sized units a piece of work of `total` parts makes, when one
// part reads `bytes_per_part` and computes `flops_per_part`.
int64_t NumBlocks(int64_t total, double bytes_per_part, double flops_per_part);

}  // namespace decant

#endif  // DECANT_COORDINATOR_PLAN_PLAN_BUILDER_H_
