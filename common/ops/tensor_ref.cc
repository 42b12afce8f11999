#include "common/ops/tensor_ref.h"

#include "common/base/param_reader.h"
#include "common/base/status_macros.h"

namespace decant {

Json TensorRef::ToJson() const {
  Json json = {{"name", slice.name}};
  if (!checkpoint.empty()) json["checkpoint"] = checkpoint;
  if (!input.empty()) json["input"] = input;
  if (slice.first_row != 0) json["first_row"] = slice.first_row;
  if (slice.num_rows >= 0) json["num_rows"] = slice.num_rows;
  return json;
}

absl::StatusOr<TensorRef> TensorRef::FromJson(const Json& json) {
  ParamReader reader(json, "tensor reference");
  TensorRef ref;
  ref.slice.name = reader.String("name");
  ref.checkpoint = reader.OptionalString("checkpoint", "");
  ref.input = reader.OptionalString("input", "");
  ref.slice.first_row = reader.OptionalInt("first_row", 0, {.min = 0});
  ref.slice.num_rows = reader.OptionalInt("num_rows", -1, {.min = -1});
  if (ref.checkpoint.empty() == ref.input.empty()) {
    reader.Fail("checkpoint", "give exactly one of checkpoint and input");
  }
  RETURN_IF_ERROR(reader.Finish());
  return ref;
}

}  // namespace decant
