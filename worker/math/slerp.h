// Spherical interpolation of two tensors (docs/methods): the virtual teacher
// layer between two real ones.
#ifndef DECANT_WORKER_MATH_SLERP_H_
#define DECANT_WORKER_MATH_SLERP_H_

#include <ATen/core/Tensor.h>

#include "absl/status/statusor.h"

namespace decant {

// The tensor `w` in [0, 1] of the way from `a` to `b`, both flattened: fp32,
// their shape and device. w = 0 and w = 1 return the very tensor, in its own
// dtype. Moments in fp64; one pass for them and one for the result.
//
// InvalidArgument  shapes or devices differ, or as SlerpFromMoments says.
absl::StatusOr<at::Tensor> Slerp(const at::Tensor& a, const at::Tensor& b,
                                 double w);

}  // namespace decant

#endif  // DECANT_WORKER_MATH_SLERP_H_
