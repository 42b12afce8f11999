// Where an op finds a tensor: in a source checkpoint or in an input artifact.
#ifndef DECANT_COMMON_OPS_TENSOR_REF_H_
#define DECANT_COMMON_OPS_TENSOR_REF_H_

#include <string>

#include "absl/status/statusor.h"
#include "common/base/json.h"
#include "common/tensor/checkpoint.h"

namespace decant {

// Exactly one of `checkpoint` and `input` is set. An input artifact is a
// safetensors file holding the one tensor `slice.name`.
struct TensorRef {
  std::string checkpoint;  // "teacher", "student"
  std::string input;       // Name of a unit input.
  TensorSlice slice;

  Json ToJson() const;
  static absl::StatusOr<TensorRef> FromJson(const Json& json);
};

}  // namespace decant

#endif  // DECANT_COMMON_OPS_TENSOR_REF_H_
