// NaN and infinity are refused where they enter and where they arise.
#ifndef DECANT_WORKER_IO_FINITE_CHECK_H_
#define DECANT_WORKER_IO_FINITE_CHECK_H_

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace decant {

// InvalidArgument "<what>: NaN or infinity at flat index i" when a value of
// `tensor` (any floating dtype and device) is not finite. `first_index` is the
// flat index of its first element in the tensor that `what` names. One pass.
absl::Status CheckFinite(const at::Tensor& tensor, absl::string_view what,
                         int64_t first_index = 0);

}  // namespace decant

#endif  // DECANT_WORKER_IO_FINITE_CHECK_H_
