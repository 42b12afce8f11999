// Shapes: O x I = [out, in]; A x B = the part of P without zero rows and
// columns; K = min(A, B).
#include "worker/math/right_rotation.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/linalg_qr.h>
#include <ATen/ops/linalg_svd.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/zeros_like.h>

#include <tuple>

#include "common/base/status_macros.h"
#include "worker/math/polar_factor.h"
#include "worker/math/torch_status.h"

namespace decant {
namespace {

// Share of |P| in the directions that M kills, above which the completion of
// the rotation is visible in an fp32 result.
constexpr double kVisibleShare = 1e-7;

double Norm(const at::Tensor& x) {
  return at::linalg_vector_norm(x, 2).item<double>();
}

// Indices along `dim` at which `x` has an entry other than zero.
at::Tensor NonZero(const at::Tensor& x, int64_t dim) {
  return x.ne(0).any(1 - dim).nonzero().reshape({-1});
}

at::Tensor Select(const at::Tensor& x, int64_t dim, const at::Tensor& index) {
  return index.numel() == x.size(dim) ? x : x.index_select(dim, index);
}

// K columns with the same products: for W wider than tall the factor L of
// W = L Q^T, for which any rotation of the row space is the same as of W.
at::Tensor Narrow(const at::Tensor& w_AB) {
  if (w_AB.size(0) >= w_AB.size(1)) return w_AB;
  return std::get<1>(at::linalg_qr(w_AB.t(), "r")).t();
}

// R with the free part nearest the identity, acting on P. Everything happens
// in the span T of both row spaces: outside it R is the identity.
at::Tensor RotateCompleted(const at::Tensor& p_AI, const at::Tensor& s_AI,
                           int64_t rank) {
  const bool has_outside = 2 * p_AI.size(0) < p_AI.size(1);
  at::Tensor span;
  if (has_outside) {
    span =
        std::get<0>(at::linalg_qr(at::cat({p_AI.t(), s_AI.t()}, 1), "reduced"));
  }
  const at::Tensor p = has_outside ? p_AI.matmul(span) : p_AI;
  const at::Tensor s = has_outside ? s_AI.matmul(span) : s_AI;

  const auto [u, sigma, vh] = at::linalg_svd(p.t().matmul(s));
  const int64_t free = u.size(1) - rank;
  const at::Tensor free_u = u.narrow(1, rank, free);
  const at::Tensor free_vh = vh.narrow(0, rank, free);
  const auto [zu, zs, zvh] =
      at::linalg_svd(free_u.t().matmul(free_vh.t()), false);
  const at::Tensor rotation =
      u.narrow(1, 0, rank)
          .matmul(vh.narrow(0, 0, rank))
          .add_(free_u.matmul(zu.matmul(zvh)).matmul(free_vh));
  const at::Tensor rotated = p.matmul(rotation);
  return has_outside ? rotated.matmul(span.t()) : rotated;
}

// For P without zero rows; its zero columns are given by `columns`.
absl::StatusOr<Rotated> RotateRows(const at::Tensor& p_AI,
                                   const at::Tensor& s_AI,
                                   const at::Tensor& columns) {
  const at::Tensor l_AK = Narrow(Select(p_AI, 1, columns));
  const at::Tensor c_KI = l_AK.t().matmul(s_AI);
  const bool is_wide = c_KI.size(0) < c_KI.size(1);
  at::Tensor basis_IK;
  at::Tensor core_KK = c_KI;
  if (is_wide) {
    const auto [q, r] = at::linalg_qr(c_KI.t(), "reduced");
    basis_IK = q;
    core_KK = r.t();
  }
  ASSIGN_OR_RETURN(const PolarFactor polar, ComputePolarFactor(core_KK));

  Rotated result;
  result.rank = polar.rank;
  result.nuclear_norm = polar.nuclear_norm;
  const at::Tensor turned_AK = l_AK.matmul(polar.factor_BB);
  if (polar.rank < core_KK.size(0)) {
    const at::Tensor kept = turned_AK.matmul(polar.factor_BB.t());
    result.is_completed = Norm(l_AK.sub(kept)) > kVisibleShare * Norm(l_AK);
  }
  if (result.is_completed) {
    result.rotated_OI = RotateCompleted(p_AI, s_AI, polar.rank);
  } else {
    result.rotated_OI = is_wide ? turned_AK.matmul(basis_IK.t()) : turned_AK;
  }
  return result;
}

}  // namespace

absl::StatusOr<Rotated> RotateRight(const at::Tensor& p_OI,
                                    const at::Tensor& s_OI) {
  return TryTorch("Procrustes rotation", [&]() -> absl::StatusOr<Rotated> {
    // A zero row of P adds nothing to M and stays zero; a zero column makes a
    // row of R irrelevant. The crop to a larger student makes many of both.
    const at::Tensor rows = NonZero(p_OI, 0);
    const at::Tensor columns = NonZero(p_OI, 1);
    if (rows.numel() == 0) {
      Rotated zero;
      zero.rotated_OI = at::zeros_like(p_OI);
      return zero;
    }
    ASSIGN_OR_RETURN(
        Rotated result,
        RotateRows(Select(p_OI, 0, rows), Select(s_OI, 0, rows), columns));
    if (rows.numel() < p_OI.size(0)) {
      result.rotated_OI =
          at::zeros_like(p_OI).index_copy_(0, rows, result.rotated_OI);
    }
    return result;
  });
}

}  // namespace decant
