#include "worker/math/orthonormal_basis.h"

#include <ATen/ops/eye.h>
#include <ATen/ops/linalg_cholesky_ex.h>
#include <ATen/ops/linalg_qr.h>
#include <ATen/ops/linalg_solve_triangular.h>

#include <optional>
#include <tuple>

#include "worker/math/torch_status.h"

namespace decant {
namespace {

// Two passes leave an error of rounding size unless the first one failed.
constexpr double kOrthogonalityTolerance = 1e-11;

// y L^-T with y^T y = L L^T; nothing when the Gram is not positive definite.
std::optional<at::Tensor> CholeskyQr(const at::Tensor& y) {
  const auto [lower, info] = at::linalg_cholesky_ex(y.t().matmul(y));
  if (info.item<int>() != 0) return std::nullopt;
  return at::linalg_solve_triangular(lower.t(), y, /*upper=*/true,
                                     /*left=*/false);
}

bool IsOrthonormal(const at::Tensor& q) {
  const at::Tensor eye = at::eye(q.size(1), q.options());
  const double error = q.t().matmul(q).sub_(eye).abs().max().item<double>();
  return error <= kOrthogonalityTolerance;  // False for NaN.
}

}  // namespace

absl::StatusOr<at::Tensor> OrthonormalBasis(const at::Tensor& y_ML) {
  if (y_ML.dim() != 2 || y_ML.size(0) < y_ML.size(1) || y_ML.size(1) == 0) {
    return absl::InvalidArgumentError(
        "orthonormal basis: expected a matrix at least as tall as wide");
  }
  return TryTorch("orthonormal basis", [&]() -> at::Tensor {
    const at::Tensor y = y_ML.to(at::kDouble);
    if (const std::optional<at::Tensor> once = CholeskyQr(y)) {
      const std::optional<at::Tensor> twice = CholeskyQr(*once);
      if (twice && IsOrthonormal(*twice)) return *twice;
    }
    return std::get<0>(at::linalg_qr(y, "reduced"));
  });
}

}  // namespace decant
