// Spherical interpolation reduced to two numbers, so that the same weights
// serve tensors, Grams and cross-Grams alike. Free of libtorch.
#ifndef DECANT_WORKER_MATH_SLERP_COEFFICIENTS_H_
#define DECANT_WORKER_MATH_SLERP_COEFFICIENTS_H_

#include "absl/status/statusor.h"

namespace decant {

// The interpolated tensor is  a * A + b * B.
struct SlerpCoefficients {
  double a = 1;
  double b = 0;
  friend bool operator==(const SlerpCoefficients&,
                         const SlerpCoefficients&) = default;
};

// Coefficients from the moments aa = <A,A>, ab = <A,B>, bb = <B,B> at weight
// `w` in [0, 1] of the way from A to B: direction on the great circle,
// magnitude (1-w)|A| + w|B|. Nearly parallel (angle < 1e-4) or zero tensors
// are interpolated linearly; w = 0 and w = 1 give exactly {1, 0} and {0, 1}.
// The same bits on every machine.
// Source: Shoemake 1985, with separate magnitude (docs/methods).
//
// InvalidArgument  w outside [0, 1], a moment that is not finite, or A and B
//                  antipodal (angle > pi - 1e-4), where no great circle is
//                  preferred.
absl::StatusOr<SlerpCoefficients> SlerpFromMoments(double aa, double ab,
                                                   double bb, double w);

}  // namespace decant

#endif  // DECANT_WORKER_MATH_SLERP_COEFFICIENTS_H_
