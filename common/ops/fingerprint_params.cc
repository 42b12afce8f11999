#include "common/ops/fingerprint_params.h"

#include "common/base/param_reader.h"
#include "common/base/status_macros.h"

namespace decant {

Json FingerprintParams::ToJson() const {
  return {{"experts", experts.ToJson()},
          {"row_begin", row_begin},
          {"row_end", row_end}};
}

absl::StatusOr<FingerprintParams> FingerprintParams::FromJson(
    const Json& json) {
  ParamReader reader(json, "fingerprint params");
  FingerprintParams params;
  const Json experts = reader.Value("experts");
  params.row_begin = reader.Int("row_begin", {.min = 0});
  params.row_end = reader.Int("row_end", {.min = 1});
  if (params.row_end <= params.row_begin) {
    reader.Fail("row_end", "must be above row_begin");
  }
  RETURN_IF_ERROR(reader.Finish());
  ASSIGN_OR_RETURN(params.experts, VirtualStack::FromJson(experts));
  return params;
}

}  // namespace decant
