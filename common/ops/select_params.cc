#include "common/ops/select_params.h"

#include "common/base/param_reader.h"
#include "common/base/status_macros.h"

namespace decant {

Json SelectParams::ToJson() const {
  return {{"rule", rule},
          {"num_experts", num_experts},
          {"count", count},
          {"weight", weight}};
}

absl::StatusOr<SelectParams> SelectParams::FromJson(const Json& json) {
  ParamReader reader(json, "select params");
  SelectParams params;
  params.rule = reader.Choice("rule", {"nearest-centroid"});
  params.num_experts = reader.Int("num_experts", {.min = 1, .max = 1 << 16});
  params.count = reader.Int("count", {.min = 1});
  params.weight = reader.Double("weight", {.min = 0, .max = 1});
  if (params.count > params.num_experts) {
    reader.Fail("count", "exceeds num_experts");
  }
  RETURN_IF_ERROR(reader.Finish());
  return params;
}

}  // namespace decant
