#include "worker/math/slerp.h"

#include "common/base/status_macros.h"
#include "worker/math/inner_product.h"
#include "worker/math/slerp_coefficients.h"
#include "worker/math/torch_status.h"

namespace decant {

absl::StatusOr<at::Tensor> Slerp(const at::Tensor& a, const at::Tensor& b,
                                 double w) {
  if (a.sizes() != b.sizes()) {
    return absl::InvalidArgumentError("slerp of tensors of different shapes");
  }
  if (w == 0) return a;
  if (w == 1) return b;
  return TryTorch("slerp", [&]() -> absl::StatusOr<at::Tensor> {
    const at::Tensor a_fp32 = a.to(at::kFloat);
    const at::Tensor b_fp32 = b.to(at::kFloat);
    ASSIGN_OR_RETURN(const PairMoments moments,
                     ComputePairMoments(a_fp32, b_fp32));
    ASSIGN_OR_RETURN(const SlerpCoefficients coefficients,
                     SlerpFromMoments(moments.aa, moments.ab, moments.bb, w));
    return a_fp32.mul(coefficients.a).add_(b_fp32, coefficients.b);
  });
}

}  // namespace decant
