// Op `assemble`: one safetensors file of the made model. Portable.
//
// inputs    one per tensor that an earlier unit made (TensorRef.input)
// sources   the student, for untouched tensors
// outputs   "shard": the safetensors file
// summary   num_tensors, bytes
#ifndef DECANT_COMMON_OPS_ASSEMBLE_PARAMS_H_
#define DECANT_COMMON_OPS_ASSEMBLE_PARAMS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/base/json.h"
#include "common/ops/tensor_ref.h"
#include "common/tensor/dtype.h"

namespace decant {

inline constexpr char kAssembleOp[] = "assemble";
inline constexpr int64_t kAssembleVersion = 1;

struct AssembleParams {
  // A source tensor of another floating dtype is rounded to `dtype` once; of
  // the same dtype it is copied byte for byte.
  struct Tensor {
    std::string name;
    DType dtype = DType::kBF16;
    std::vector<int64_t> shape;
    TensorRef from;
  };
  std::vector<Tensor> tensors;  // In file order.

  Json ToJson() const;
  static absl::StatusOr<AssembleParams> FromJson(const Json& json);
};

}  // namespace decant

#endif  // DECANT_COMMON_OPS_ASSEMBLE_PARAMS_H_
