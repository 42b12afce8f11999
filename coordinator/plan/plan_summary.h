// The plan as people and programs read it before money is spent. Pure.
#ifndef DECANT_COORDINATOR_PLAN_PLAN_SUMMARY_H_
#define DECANT_COORDINATOR_PLAN_PLAN_SUMMARY_H_

#include <set>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/base/json.h"
#include "coordinator/plan/job_plan.h"

namespace decant {

// Phases x units, bytes, FLOPs, memory, time for N workers on `device` (a name
// of DeviceProfiles), layer maps and warnings; keys: docs/formats/plan.md.
// `cached_units` are the units whose result is known; null: not known which.
// InvalidArgument: no such device.
absl::StatusOr<Json> DescribePlan(const JobPlan& plan,
                                  const std::set<std::string>* cached_units,
                                  absl::string_view device);

}  // namespace decant

#endif  // DECANT_COORDINATOR_PLAN_PLAN_SUMMARY_H_
