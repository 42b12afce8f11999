#include "worker/math/randomized_svd.h"

#include <ATen/ops/linalg_eigvalsh.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "worker/math/inner_product.h"
#include "worker/math/orthonormal_basis.h"
#include "worker/math/philox_tensor.h"
#include "worker/math/torch_status.h"

namespace decant {
namespace {

constexpr int64_t kOversample = 16;
constexpr int kNumPowerIterations = 2;

// Energy of the best rank-`rank` part of a matrix with L columns.
double LeadingEnergy(const at::Tensor& z_NL, int64_t rank) {
  const at::Tensor z = z_NL.to(at::kDouble);
  const at::Tensor values = at::linalg_eigvalsh(z.t().matmul(z));
  return values.narrow(0, values.size(0) - rank, rank).sum().item<double>();
}

double ExcessError(double total, double before, double last) {
  const double error = total - last;
  const double missing = 2 * std::max(last - before, 0.0);
  if (missing == 0) return 0;
  if (missing >= error) return std::numeric_limits<double>::infinity();
  return std::sqrt(error / (error - missing)) - 1;
}

// For a matrix not taller than wide.
absl::StatusOr<RandomizedSvd> Sketch(const at::Tensor& w_MN, int64_t rank,
                                     PhiloxKey key) {
  const at::ScalarType type = w_MN.scalar_type();
  ASSIGN_OR_RETURN(const double total, SquaredNorm(w_MN));
  ASSIGN_OR_RETURN(
      const at::Tensor sketch,
      PhiloxNormalMatrix(key, w_MN.size(1), rank + kOversample, w_MN.device()));
  ASSIGN_OR_RETURN(at::Tensor basis,
                   OrthonormalBasis(w_MN.matmul(sketch.to(type))));
  double energy_before = 0;
  for (int i = 0; i < kNumPowerIterations; ++i) {
    const at::Tensor z = w_MN.t().matmul(basis.to(type));
    if (i + 1 == kNumPowerIterations) energy_before = LeadingEnergy(z, rank);
    ASSIGN_OR_RETURN(const at::Tensor q, OrthonormalBasis(z));
    ASSIGN_OR_RETURN(basis, OrthonormalBasis(w_MN.matmul(q.to(type))));
  }
  RandomizedSvd result;
  result.svd = TruncatedSvdInBasis(w_MN, basis.to(type), rank, total);
  result.svd.is_randomized = true;
  const double energy =
      result.svd.singular_values_K.square().sum().item<double>();
  result.excess_error = ExcessError(total, energy_before, energy);
  return result;
}

}  // namespace

absl::StatusOr<RandomizedSvd> ComputeRandomizedSvd(const at::Tensor& w_MN,
                                                   int64_t rank,
                                                   PhiloxKey key) {
  RETURN_IF_ERROR(CheckTruncation(w_MN, rank));
  if (rank + kOversample > std::min(w_MN.size(0), w_MN.size(1))) {
    return absl::InvalidArgumentError(
        absl::StrCat("randomised SVD: rank ", rank, " plus ", kOversample,
                     " exceeds the matrix; use the exact one"));
  }
  return TryTorch("randomised SVD", [&]() -> absl::StatusOr<RandomizedSvd> {
    const at::Tensor w =
        w_MN.scalar_type() == at::kDouble ? w_MN : w_MN.to(at::kFloat);
    if (w.size(0) <= w.size(1)) return Sketch(w, rank, key);
    ASSIGN_OR_RETURN(RandomizedSvd result,
                     Sketch(w.t().contiguous(), rank, key));
    result.svd = Transposed(result.svd);
    return result;
  });
}

}  // namespace decant
