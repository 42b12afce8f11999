// One pass over a stored tensor: its digest, and whether all of it is finite.
#ifndef DECANT_COMMON_TENSOR_TENSOR_SCAN_H_
#define DECANT_COMMON_TENSOR_TENSOR_SCAN_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/tensor/checkpoint.h"

namespace decant {

struct TensorScan {
  std::string digest;  // XXH3-128 of the bytes as stored.
  // Flat index of the first NaN or infinity. Only F64, F32, BF16 and F16 are
  // looked at.
  std::optional<int64_t> first_nonfinite;
};

// NotFound: no such tensor.
absl::StatusOr<TensorScan> ScanTensor(const Checkpoint& checkpoint,
                                      absl::string_view name);

}  // namespace decant

#endif  // DECANT_COMMON_TENSOR_TENSOR_SCAN_H_
