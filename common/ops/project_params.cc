#include "common/ops/project_params.h"

#include "common/base/param_reader.h"
#include "common/base/status_macros.h"

namespace decant {

Json ProjectParams::ToJson() const {
  return {{"experts", experts.ToJson()},
          {"use_selection", use_selection},
          {"position_begin", position_begin},
          {"position_end", position_end},
          {"rank", rank},
          {"out_rows", out_rows},
          {"out_columns", out_columns},
          {"seed", seed},
          {"step", step},
          {"name", name}};
}

absl::StatusOr<ProjectParams> ProjectParams::FromJson(const Json& json) {
  ParamReader reader(json, "project params");
  ProjectParams params;
  const Json experts = reader.Value("experts");
  params.use_selection = reader.Bool("use_selection");
  params.position_begin = reader.Int("position_begin", {.min = 0});
  params.position_end = reader.Int("position_end", {.min = 1});
  params.rank = reader.Int("rank", {.min = 0});
  params.out_rows = reader.Int("out_rows", {.min = 1});
  params.out_columns = reader.Int("out_columns", {.min = 1});
  params.seed = reader.Int("seed");
  params.step = reader.Int("step", {.min = 0});
  params.name = reader.String("name");
  if (params.position_end <= params.position_begin) {
    reader.Fail("position_end", "must be above position_begin");
  }
  RETURN_IF_ERROR(reader.Finish());
  ASSIGN_OR_RETURN(params.experts, VirtualStack::FromJson(experts));
  return params;
}

}  // namespace decant
