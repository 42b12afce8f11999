#include "common/ops/assemble_params.h"

#include "common/base/param_reader.h"
#include "common/base/status_macros.h"

namespace decant {

Json AssembleParams::ToJson() const {
  Json list = Json::array();
  for (const Tensor& tensor : tensors) {
    list.push_back({{"name", tensor.name},
                    {"dtype", std::string(DTypeName(tensor.dtype))},
                    {"shape", tensor.shape},
                    {"from", tensor.from.ToJson()}});
  }
  return {{"tensors", std::move(list)}};
}

absl::StatusOr<AssembleParams> AssembleParams::FromJson(const Json& json) {
  ParamReader reader(json, "assemble params");
  const Json list = reader.Value("tensors");
  RETURN_IF_ERROR(reader.Finish());
  if (!list.is_array() || list.empty()) {
    return absl::InvalidArgumentError(
        "assemble params: 'tensors' must be a list that is not empty");
  }
  AssembleParams params;
  for (const Json& entry : list) {
    ParamReader fields(entry, "assemble params: tensor");
    Tensor tensor;
    tensor.name = fields.String("name");
    const std::string dtype = fields.String("dtype");
    tensor.shape = fields.IntList("shape");
    const Json from = fields.Value("from");
    RETURN_IF_ERROR(fields.Finish());
    ASSIGN_OR_RETURN(tensor.dtype, ParseDType(dtype));
    ASSIGN_OR_RETURN(tensor.from, TensorRef::FromJson(from));
    params.tensors.push_back(std::move(tensor));
  }
  return params;
}

}  // namespace decant
