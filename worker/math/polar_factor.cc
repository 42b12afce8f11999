#include "worker/math/polar_factor.h"

#include <ATen/ops/eye.h>
#include <ATen/ops/linalg_inv_ex.h>
#include <ATen/ops/linalg_svd.h>
#include <ATen/ops/linalg_vector_norm.h>

#include <cmath>
#include <optional>
#include <tuple>

#include "common/base/status_macros.h"
#include "worker/math/torch_status.h"

namespace decant {
namespace {

constexpr double kRankCut = 1e-10;
// On a host the divide-and-conquer SVD is faster below this size (0.30 s
// against 0.43 s at 1,024, on two cores).
constexpr int64_t kNewtonPaysOnHost = 2'048;
constexpr int kMaxNewtonRounds = 20;
constexpr double kPolarTolerance = 1e-12;
// From here one Newton-Schulz step (GEMMs only) ends the iteration: it squares
// the error.
constexpr double kNearlyOrthogonal = 1e-9;

absl::Status CheckSquare(const at::Tensor& c_BB) {
  if (!c_BB.defined() || c_BB.dim() != 2 || c_BB.size(0) != c_BB.size(1) ||
      c_BB.size(0) == 0) {
    return absl::InvalidArgumentError("polar factor: expected a square matrix");
  }
  return absl::OkStatus();
}

double Norm(const at::Tensor& x) {
  return at::linalg_vector_norm(x, 2).item<double>();
}

// |X^T X - I| in the Frobenius norm, by root of the size.
double OrthogonalityError(const at::Tensor& x) {
  const at::Tensor gram = x.t().matmul(x);
  gram.diagonal().sub_(1.0);
  return Norm(gram) / std::sqrt(static_cast<double>(x.size(0)));
}

// X (3 I - X^T X) / 2.
at::Tensor NewtonSchulzStep(const at::Tensor& x) {
  return x.mul(1.5).addmm_(x, x.t().matmul(x), 1, -0.5);
}

// Nothing when the rank might fall below B or the iteration does not settle.
std::optional<at::Tensor> PolarByNewton(const at::Tensor& c) {
  at::Tensor x = c;
  const double size = static_cast<double>(c.size(0));
  for (int round = 0; round < kMaxNewtonRounds; ++round) {
    const auto [inverse, info] = at::linalg_inv_ex(x);
    const double norm = Norm(x);
    const double inverse_norm = Norm(inverse);
    if (info.item<int>() != 0 || !std::isfinite(inverse_norm)) return {};
    // The product bounds the condition number from above.
    if (round == 0 && norm * inverse_norm * kRankCut >= 1) return {};

    // Scaling is for the first rounds; near the limit it only adds noise.
    const bool is_near = norm * inverse_norm < 1.01 * size;
    const double scale = is_near ? 1 : std::sqrt(inverse_norm / norm);
    const at::Tensor next = x.mul(0.5 * scale).add_(inverse.t(), 0.5 / scale);
    const double change = Norm(next.sub(x)) / std::sqrt(size);
    x = next;
    // Newton's error after a step is about half the square of the step.
    if (is_near && change * change < kNearlyOrthogonal) break;
  }
  x = NewtonSchulzStep(x);
  if (!(OrthogonalityError(x) <= kPolarTolerance)) return {};
  return x;
}

}  // namespace

absl::StatusOr<PolarFactor> PolarFactorBySvd(const at::Tensor& c_BB) {
  RETURN_IF_ERROR(CheckSquare(c_BB));
  return TryTorch("polar factor by SVD", [&]() -> absl::StatusOr<PolarFactor> {
    const at::Tensor c = c_BB.to(at::kDouble);
    if (!std::isfinite(Norm(c))) {
      return absl::InvalidArgumentError(
          "polar factor: the matrix holds NaN or Inf");
    }
    const auto [u, s, vh] = at::linalg_svd(c, /*full_matrices=*/false);
    const double largest = s[0].item<double>();
    PolarFactor polar;
    if (largest > 0) {
      polar.rank = s.gt(kRankCut * largest).sum().item<int64_t>();
    }
    polar.nuclear_norm = s.narrow(0, 0, polar.rank).sum().item<double>();
    polar.factor_BB =
        u.narrow(1, 0, polar.rank).matmul(vh.narrow(0, 0, polar.rank));
    return polar;
  });
}

absl::StatusOr<std::optional<PolarFactor>> PolarFactorByNewton(
    const at::Tensor& c_BB) {
  RETURN_IF_ERROR(CheckSquare(c_BB));
  return TryTorch("polar factor", [&]() -> std::optional<PolarFactor> {
    const at::Tensor c = c_BB.to(at::kDouble);
    if (!std::isfinite(Norm(c)) || Norm(c) == 0) return std::nullopt;
    const std::optional<at::Tensor> factor = PolarByNewton(c);
    if (!factor) return std::nullopt;
    PolarFactor polar;
    polar.factor_BB = *factor;
    polar.rank = c.size(0);
    polar.nuclear_norm = factor->mul(c).sum().item<double>();
    return polar;
  });
}

absl::StatusOr<PolarFactor> ComputePolarFactor(const at::Tensor& c_BB) {
  RETURN_IF_ERROR(CheckSquare(c_BB));
  if (!c_BB.is_cpu() || c_BB.size(0) >= kNewtonPaysOnHost) {
    ASSIGN_OR_RETURN(const std::optional<PolarFactor> fast,
                     PolarFactorByNewton(c_BB));
    if (fast) return *fast;
  }
  return PolarFactorBySvd(c_BB);
}

}  // namespace decant
