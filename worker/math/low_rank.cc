#include "worker/math/low_rank.h"

#include <ATen/ops/eye.h>
#include <ATen/ops/where.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "worker/math/best_rank.h"
#include "worker/math/torch_status.h"

namespace decant {
namespace {

LoraFactors ExactFactors(const at::Tensor& delta) {
  LoraFactors factors;
  factors.is_exact = true;
  const bool is_wide = delta.size(0) <= delta.size(1);
  const at::Tensor identity =
      at::eye(std::min(delta.size(0), delta.size(1)), delta.options());
  factors.up_OR = is_wide ? identity : delta;
  factors.down_RI = is_wide ? delta : identity;
  return factors;
}

// +1 or -1 for each column: the sign of its entry of largest magnitude.
at::Tensor ColumnSigns(const at::Tensor& left_OR) {
  const at::Tensor index = left_OR.abs().argmax(0, /*keepdim=*/true);
  const at::Tensor largest = left_OR.gather(0, index).squeeze(0);
  return at::where(largest.lt(0), -1.0, 1.0).to(left_OR.scalar_type());
}

}  // namespace

bool IsFullRank(int64_t rank, int64_t rows, int64_t columns) {
  return rank >= std::min(rows, columns);
}

absl::StatusOr<LoraFactors> FactorLowRank(const at::Tensor& delta_OI,
                                          int64_t rank, PhiloxKey key) {
  if (!delta_OI.defined() || delta_OI.dim() != 2 ||
      !delta_OI.is_floating_point() || rank < 1) {
    return absl::InvalidArgumentError(absl::StrCat(
        "LoRA: expected a floating matrix and a rank >= 1, not ", rank));
  }
  if (IsFullRank(rank, delta_OI.size(0), delta_OI.size(1))) {
    return TryTorch("LoRA factors",
                    [&] { return ExactFactors(delta_OI.to(at::kFloat)); });
  }
  ASSIGN_OR_RETURN(const TruncatedSvd svd, BestRank(delta_OI, rank, key));
  return TryTorch("LoRA factors", [&] {
    const at::Tensor root = svd.singular_values_K.sqrt();
    const at::Tensor signed_root = root.mul(ColumnSigns(svd.left_MK));
    LoraFactors factors;
    factors.up_OR = svd.left_MK.mul(signed_root).to(at::kFloat);
    factors.down_RI = svd.right_KN.mul(signed_root.unsqueeze(1)).to(at::kFloat);
    factors.energy_kept = svd.energy_kept;
    return factors;
  });
}

absl::StatusOr<at::Tensor> DeltaFromLora(const LoraFactors& factors,
                                         double alpha, int64_t rank) {
  if (rank < 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("LoRA: the rank must be >= 1, not ", rank));
  }
  return TryTorch("LoRA delta", [&]() -> at::Tensor {
    const double scale = alpha / static_cast<double>(rank);
    if (!factors.is_exact) {
      return factors.up_OR.matmul(factors.down_RI).mul_(scale);
    }
    const bool is_wide = factors.up_OR.size(0) <= factors.down_RI.size(1);
    const at::Tensor& delta = is_wide ? factors.down_RI : factors.up_OR;
    return scale == 1 ? delta : delta.mul(scale);
  });
}

}  // namespace decant
