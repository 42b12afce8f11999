#include "common/ops/seal_params.h"

#include "common/base/param_reader.h"
#include "common/base/status_macros.h"

namespace decant {

Json SealParams::ToJson() const {
  return {{"name", name},
          {"output_path", output_path},
          {"files", files},
          {"config", config},
          {"recipe_text", recipe_text},
          {"made_tensors", made_tensors},
          {"recipe_identity", recipe_identity},
          {"provenance", provenance}};
}

absl::StatusOr<SealParams> SealParams::FromJson(const Json& json) {
  ParamReader reader(json, "seal params");
  SealParams params;
  params.name = reader.String("name");
  params.output_path = reader.String("output_path");
  params.files = reader.StringList("files");
  params.config = reader.Value("config");
  params.recipe_text = reader.String("recipe_text");
  params.made_tensors = reader.StringList("made_tensors");
  params.recipe_identity = reader.String("recipe_identity");
  params.provenance = reader.Value("provenance");
  RETURN_IF_ERROR(reader.Finish());
  return params;
}

}  // namespace decant
