#include "coordinator/plan/plan_builder.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "common/base/digest.h"

namespace decant {
namespace {

// What makes two units compute the same bytes: all but id, step and phase.
std::string ContentDigest(const UnitSpec& unit) {
  Json inputs = Json::array();
  for (const UnitInput& input : unit.inputs) {
    inputs.push_back({input.name, input.unit, input.output});
  }
  return Sha256Hex(CanonicalJson({unit.op, unit.op_version, unit.params, inputs,
                                  unit.outputs, unit.sources}));
}

}  // namespace

std::string PlanBuilder::Add(UnitSpec unit) {
  std::sort(
      unit.inputs.begin(), unit.inputs.end(),
      [](const UnitInput& a, const UnitInput& b) { return a.name < b.name; });
  std::sort(unit.sources.begin(), unit.sources.end());
  const auto [entry, is_new] =
      id_by_content_.try_emplace(ContentDigest(unit), unit.id);
  if (is_new) units_.push_back(std::move(unit));
  return entry->second;
}

int64_t NumBlocks(int64_t total, double bytes_per_part, double flops_per_part) {
  const double bytes = bytes_per_part * static_cast<double>(total);
  const double flops = flops_per_part * static_cast<double>(total);
  const double blocks =
      std::ceil(std::max(bytes / static_cast<double>(kNominalUnitBytes),
                         flops / kNominalUnitFlops));
  return std::clamp<int64_t>(static_cast<int64_t>(blocks), 1, total);
}

}  // namespace decant
