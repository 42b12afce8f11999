// Inner products and norms of tensors, in fp64: every norm, cosine and energy
// that Decant reports comes from here.
//
// Any shape, floating dtype and device. On the host the sums run over blocks
// of fixed size that are added in order, so the result does not depend on the
// number of threads. Thread-safe.
#ifndef DECANT_WORKER_MATH_INNER_PRODUCT_H_
#define DECANT_WORKER_MATH_INNER_PRODUCT_H_

#include <ATen/core/Tensor.h>

#include "absl/status/statusor.h"

namespace decant {

struct PairMoments {
  double aa = 0;  // <A, A>
  double ab = 0;  // <A, B>
  double bb = 0;  // <B, B>

  // <A,B> / (|A||B|), 0 when either is zero.
  double Cosine() const;
};

// One pass over both tensors, compared flat. InvalidArgument: element counts
// or devices differ, or a dtype is not floating.
absl::StatusOr<PairMoments> ComputePairMoments(const at::Tensor& a,
                                               const at::Tensor& b);

// sum x^2, and its root. InvalidArgument: the dtype is not floating.
absl::StatusOr<double> SquaredNorm(const at::Tensor& x);
absl::StatusOr<double> FrobeniusNorm(const at::Tensor& x);

// |a - b|, without forming the difference on the host.
// InvalidArgument as for ComputePairMoments.
absl::StatusOr<double> Distance(const at::Tensor& a, const at::Tensor& b);

}  // namespace decant

#endif  // DECANT_WORKER_MATH_INNER_PRODUCT_H_
