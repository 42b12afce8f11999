#include "coordinator/plan/plan_summary.h"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "common/base/status_macros.h"
#include "coordinator/plan/device_profile.h"

namespace decant {
namespace {

// Units of one phase of one step, in plan order.
struct PhaseTotals {
  int64_t step = 0;
  std::string phase;
  int64_t units = 0;
  int64_t cached = 0;
  UnitCost cost;       // Sums; memory is the largest of a unit.
  double seconds = 0;  // Of work not cached, on one slot.
  double longest_seconds = 0;
};

double UnitSeconds(const UnitCost& cost, const DeviceProfile& device) {
  const double io =
      static_cast<double>(cost.bytes_read) / device.read_bytes_per_sec +
      static_cast<double>(cost.bytes_written) / device.write_bytes_per_sec;
  // Reading overlaps computing, so the slower of the two counts.
  return std::max(io, cost.flops / device.flops_per_sec);
}

void AddUnit(const UnitSpec& unit, bool is_cached, const DeviceProfile& device,
             PhaseTotals& totals) {
  ++totals.units;
  totals.cost.bytes_read += unit.cost.bytes_read;
  totals.cost.bytes_written += unit.cost.bytes_written;
  totals.cost.flops += unit.cost.flops;
  totals.cost.host_memory_bytes =
      std::max(totals.cost.host_memory_bytes, unit.cost.host_memory_bytes);
  totals.cost.device_memory_bytes =
      std::max(totals.cost.device_memory_bytes, unit.cost.device_memory_bytes);
  if (is_cached) {
    ++totals.cached;
    return;
  }
  const double seconds = UnitSeconds(unit.cost, device);
  totals.seconds += seconds;
  totals.longest_seconds = std::max(totals.longest_seconds, seconds);
}

std::vector<PhaseTotals> SumPhases(const JobPlan& plan,
                                   const std::set<std::string>* cached_units,
                                   const DeviceProfile& device) {
  std::vector<PhaseTotals> phases;
  for (const UnitSpec& unit : plan.units) {
    auto phase = std::find_if(
        phases.begin(), phases.end(), [&unit](const PhaseTotals& p) {
          return p.step == unit.step && p.phase == unit.phase;
        });
    if (phase == phases.end()) {
      phase = phases.insert(
          phases.end(), PhaseTotals{.step = unit.step, .phase = unit.phase});
    }
    AddUnit(unit, cached_units != nullptr && cached_units->count(unit.id) > 0,
            device, *phase);
  }
  return phases;
}

Json DescribePhase(const PhaseTotals& phase, bool cache_known) {
  return {{"step", phase.step},
          {"phase", phase.phase},
          {"units", phase.units},
          {"cached", cache_known ? Json(phase.cached) : Json(nullptr)},
          {"bytes_read", phase.cost.bytes_read},
          {"bytes_written", phase.cost.bytes_written},
          {"flops", phase.cost.flops},
          {"host_memory_bytes", phase.cost.host_memory_bytes},
          {"device_memory_bytes", phase.cost.device_memory_bytes}};
}

// Phases run one after another at worst; within one, units spread evenly.
Json Estimate(const std::vector<PhaseTotals>& phases, int workers,
              const DeviceProfile& device) {
  double seconds = 0;
  for (const PhaseTotals& phase : phases) {
    seconds += std::max(phase.longest_seconds, phase.seconds / workers);
  }
  return {{"workers", workers}, {"seconds", seconds}, {"device", device.name}};
}

}  // namespace

absl::StatusOr<Json> DescribePlan(const JobPlan& plan,
                                  const std::set<std::string>* cached_units,
                                  absl::string_view device_name) {
  ASSIGN_OR_RETURN(const DeviceProfile device, FindDeviceProfile(device_name));
  const std::vector<PhaseTotals> phases = SumPhases(plan, cached_units, device);
  UnitCost total;
  Json phase_list = Json::array();
  for (const PhaseTotals& phase : phases) {
    total.bytes_read += phase.cost.bytes_read;
    total.bytes_written += phase.cost.bytes_written;
    total.flops += phase.cost.flops;
    phase_list.push_back(DescribePhase(phase, cached_units != nullptr));
  }
  Json estimates = Json::array();
  for (const int workers : {1, 2, 4, 8, 16}) {
    estimates.push_back(Estimate(phases, workers, device));
  }
  Json described = plan.details;
  described["name"] = plan.name;
  described["output"] = plan.output_path;
  described["recipe_identity"] = plan.recipe_identity;
  described["warnings"] = plan.warnings;
  described["phases"] = std::move(phase_list);
  described["totals"] = {
      {"units", plan.units.size()},
      {"bytes_read", total.bytes_read},
      {"bytes_written", total.bytes_written},
      {"flops", total.flops},
      // Every artifact stays until the job is done: the sum is the peak.
      {"peak_workspace_bytes", total.bytes_written},
      {"output_bytes", plan.details.value("output_bytes", int64_t{0})}};
  described["estimates"] = std::move(estimates);
  Json gates = Json::array();
  for (const Gate& gate : plan.gates) gates.push_back(gate.ToJson());
  described["gates"] = std::move(gates);
  return described;
}

}  // namespace decant
