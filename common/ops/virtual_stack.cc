#include "common/ops/virtual_stack.h"

#include "common/base/param_reader.h"
#include "common/base/status_macros.h"

namespace decant {

Json VirtualStack::ToJson() const {
  Json json = {{"checkpoint", checkpoint}, {"lo", lo.ToJson()}};
  if (hi.has_value()) {
    json["hi"] = hi->ToJson();
    json["weight"] = weight;
  }
  return json;
}

absl::StatusOr<VirtualStack> VirtualStack::FromJson(const Json& json) {
  ParamReader reader(json, "virtual layer");
  VirtualStack stack;
  stack.checkpoint = reader.String("checkpoint");
  const Json lo = reader.Value("lo");
  const Json hi = reader.OptionalValue("hi", nullptr);
  stack.weight = reader.OptionalDouble("weight", 0, {.min = 0, .max = 1});
  RETURN_IF_ERROR(reader.Finish());
  ASSIGN_OR_RETURN(stack.lo, ExpertStack::FromJson(lo));
  if (!hi.is_null()) {
    ASSIGN_OR_RETURN(stack.hi, ExpertStack::FromJson(hi));
    if (stack.hi->num_experts != stack.lo.num_experts) {
      return absl::InvalidArgumentError(
          "virtual layer: 'lo' and 'hi' have different expert counts");
    }
  }
  return stack;
}

}  // namespace decant
