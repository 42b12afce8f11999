// What planning a recipe yields. Plain data.
#ifndef DECANT_COORDINATOR_PLAN_JOB_PLAN_H_
#define DECANT_COORDINATOR_PLAN_JOB_PLAN_H_

#include <map>
#include <string>
#include <vector>

#include "common/base/json.h"
#include "common/tensor/checkpoint.h"
#include "common/unit/unit_spec.h"
#include "coordinator/plan/gates.h"

namespace decant {

struct JobPlan {
  std::string name;
  // Digest of canonical recipe and source fingerprints. With the numerics
  // class it makes the result identity (common/unit/result_identity.h).
  std::string recipe_identity;
  std::vector<UnitSpec> units;  // Inputs stand before their users.
  std::map<std::string, SourceRef> sources;
  std::vector<Gate> gates;
  std::string output_path;
  // The unit that completes the staging folder: its summary has the gates'
  // metrics and "staging_folder".
  std::string seal_unit;
  std::vector<std::string> warnings;
  // Per step: layer map, unread teacher layers, options with their defaults.
  Json details = Json::object();
};

}  // namespace decant

#endif  // DECANT_COORDINATOR_PLAN_JOB_PLAN_H_
