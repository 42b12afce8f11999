#include "worker/math/slerp_coefficients.h"

#include <cmath>
#include <numbers>

#include "absl/strings/str_cat.h"
#include "worker/math/portable_trig.h"

namespace decant {
namespace {

constexpr double kSmallestAngle = 1e-4;

}  // namespace

absl::StatusOr<SlerpCoefficients> SlerpFromMoments(double aa, double ab,
                                                   double bb, double w) {
  if (!(w >= 0 && w <= 1)) {
    return absl::InvalidArgumentError(
        absl::StrCat("slerp weight must lie in [0, 1]; it is ", w));
  }
  if (!std::isfinite(aa) || !std::isfinite(ab) || !std::isfinite(bb)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "slerp of tensors that are not finite: <A,A> = ", aa, ", <A,B> = ", ab,
        ", <B,B> = ", bb, "; check the checkpoint for NaN or Inf"));
  }
  if (w == 0) return SlerpCoefficients{1, 0};
  if (w == 1) return SlerpCoefficients{0, 1};

  const SlerpCoefficients linear = {1 - w, w};
  if (aa <= 0 || bb <= 0) return linear;
  const double norm_a = std::sqrt(aa);
  const double norm_b = std::sqrt(bb);
  const double angle = PortableAcos(ab / norm_a / norm_b);
  if (angle < kSmallestAngle) return linear;
  if (angle > std::numbers::pi - kSmallestAngle) {
    return absl::InvalidArgumentError(absl::StrCat(
        "slerp of antipodal tensors (angle ", angle,
        " rad): the way between them is undefined; use another layer pair"));
  }
  const double magnitude = (1 - w) * norm_a + w * norm_b;
  const double scale = magnitude / PortableSin(angle);
  return SlerpCoefficients{scale * PortableSin((1 - w) * angle) / norm_a,
                           scale * PortableSin(w * angle) / norm_b};
}

}  // namespace decant
