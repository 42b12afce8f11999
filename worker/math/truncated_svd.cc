#include "worker/math/truncated_svd.h"

#include <ATen/ops/linalg_eigh.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/where.h>

#include <algorithm>
#include <cmath>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "worker/math/inner_product.h"
#include "worker/math/torch_status.h"

namespace decant {
namespace {

at::ScalarType WorkingType(const at::Tensor& w) {
  return w.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
}

// left = basis; the rows of basis^T W are s_k times the right vectors.
TruncatedSvd FromLeftVectors(const at::Tensor& w_MN,
                             const at::Tensor& left_MK) {
  TruncatedSvd svd;
  const at::Tensor rows_KN = left_MK.t().matmul(w_MN);
  svd.left_MK = left_MK;
  svd.singular_values_K = at::linalg_vector_norm(
      rows_KN, 2, at::IntArrayRef{1}, /*keepdim=*/false, at::kDouble);
  const at::Tensor divisor =
      at::where(svd.singular_values_K.gt(0), svd.singular_values_K, 1.0);
  svd.right_KN = rows_KN.div(divisor.to(w_MN.scalar_type()).unsqueeze(1));
  return svd;
}

// The exact decomposition of a matrix that is not taller than wide.
TruncatedSvd ExactWide(const at::Tensor& w_MN, int64_t rank) {
  const at::Tensor w_fp64 = w_MN.to(at::kDouble);
  const auto [values, vectors] = at::linalg_eigh(w_fp64.matmul(w_fp64.t()));
  // Ascending: the leading ones are the last.
  const at::Tensor energies = values.clamp_min(0).flip(0);
  const at::Tensor left = vectors.narrow(1, w_MN.size(0) - rank, rank)
                              .flip(1)
                              .to(w_MN.scalar_type());
  TruncatedSvd svd = FromLeftVectors(w_MN, left);
  const double total = energies.sum().item<double>();
  const double kept = energies.narrow(0, 0, rank).sum().item<double>();
  svd.energy_kept = total > 0 ? std::min(kept / total, 1.0) : 1;
  return svd;
}

}  // namespace

at::Tensor TruncatedSvd::Product(int64_t rows, int64_t columns) const {
  const at::Tensor scaled =
      left_MK.narrow(0, 0, rows)
          .mul(singular_values_K.to(left_MK.scalar_type()));
  return scaled.matmul(right_KN.narrow(1, 0, columns));
}

TruncatedSvd Transposed(const TruncatedSvd& svd) {
  TruncatedSvd result = svd;
  result.left_MK = svd.right_KN.t().contiguous();
  result.right_KN = svd.left_MK.t().contiguous();
  return result;
}

absl::Status CheckTruncation(const at::Tensor& w_MN, int64_t rank) {
  if (!w_MN.defined() || w_MN.dim() != 2 || !w_MN.is_floating_point()) {
    return absl::InvalidArgumentError("SVD: expected a floating matrix");
  }
  const int64_t full_rank = std::min(w_MN.size(0), w_MN.size(1));
  if (rank < 1 || rank > full_rank) {
    return absl::InvalidArgumentError(absl::StrCat(
        "SVD: rank ", rank, " of a ", w_MN.size(0), " x ", w_MN.size(1),
        " matrix; it must lie in [1, ", full_rank, "]"));
  }
  ASSIGN_OR_RETURN(const double energy, SquaredNorm(w_MN));
  if (!std::isfinite(energy)) {
    return absl::InvalidArgumentError(
        "SVD: the matrix holds NaN or Inf; check the checkpoint");
  }
  return absl::OkStatus();
}

TruncatedSvd TruncatedSvdInBasis(const at::Tensor& w_MN,
                                 const at::Tensor& basis_ML, int64_t rank,
                                 double total_energy) {
  const at::Tensor projected = basis_ML.t().matmul(w_MN);
  TruncatedSvd svd = ExactWide(projected, rank);
  svd.left_MK = basis_ML.matmul(svd.left_MK);
  const double kept = svd.singular_values_K.square().sum().item<double>();
  svd.energy_kept = total_energy > 0 ? std::min(kept / total_energy, 1.0) : 1;
  return svd;
}

absl::StatusOr<TruncatedSvd> ExactTruncatedSvd(const at::Tensor& w_MN,
                                               int64_t rank) {
  RETURN_IF_ERROR(CheckTruncation(w_MN, rank));
  return TryTorch("exact truncated SVD", [&] {
    const at::Tensor w = w_MN.to(WorkingType(w_MN));
    if (w.size(0) <= w.size(1)) return ExactWide(w, rank);
    return Transposed(ExactWide(w.t().contiguous(), rank));
  });
}

}  // namespace decant
