#include "worker/math/generalized_procrustes.h"

#include <ATen/ops/zeros.h>

#include <algorithm>
#include <cmath>

#include "common/base/status_macros.h"
#include "worker/math/inner_product.h"
#include "worker/math/torch_status.h"

namespace decant {
namespace {

constexpr int kMaxRounds = 20;
constexpr double kSmallestChange = 1e-4;

absl::StatusOr<at::Tensor> Mean(const std::vector<at::Tensor>& matrices) {
  return TryTorch("mean of matrices", [&] {
    at::Tensor sum = at::zeros(matrices[0].sizes(),
                               matrices[0].options().dtype(at::kDouble));
    for (const at::Tensor& matrix : matrices) sum.add_(matrix);
    return sum.div_(static_cast<double>(matrices.size()));
  });
}

// The mean of all matrices aligned to `target`.
absl::StatusOr<at::Tensor> AlignedMean(const std::vector<at::Tensor>& matrices,
                                       const at::Tensor& target,
                                       AlignSide side) {
  at::Tensor sum;
  for (const at::Tensor& matrix : matrices) {
    ASSIGN_OR_RETURN(const Alignment alignment,
                     AlignToStudent(matrix, target, {.side = side}));
    RETURN_IF_ERROR(TryTorch("consensus", [&] {
      const at::Tensor aligned = alignment.aligned_OI.to(at::kDouble);
      sum = sum.defined() ? sum.add_(aligned) : aligned;
    }));
  }
  return TryTorch("consensus", [&] {
    return sum.div_(static_cast<double>(matrices.size()));
  });
}

}  // namespace

absl::StatusOr<Consensus> AlignToConsensus(
    const std::vector<at::Tensor>& matrices, AlignSide side) {
  if (matrices.empty() ||
      (side != AlignSide::kRight && side != AlignSide::kLeft)) {
    return absl::InvalidArgumentError(
        "generalized Procrustes: needs matrices and the side right or left");
  }
  double energy = 0;
  for (const at::Tensor& matrix : matrices) {
    if (matrix.sizes() != matrices[0].sizes()) {
      return absl::InvalidArgumentError(
          "generalized Procrustes: the matrices differ in shape");
    }
    ASSIGN_OR_RETURN(const double one, SquaredNorm(matrix));
    energy += one;
  }
  const double count = static_cast<double>(matrices.size());
  // sum |A_i - mean|^2 = sum |A_i|^2 - count |mean|^2, rotations keep |A_i|.
  const auto objective = [&](double mean_energy) {
    return energy > 0 ? std::max(1 - count * mean_energy / energy, 0.0) : 0;
  };

  Consensus consensus;
  ASSIGN_OR_RETURN(at::Tensor mean, Mean(matrices));
  ASSIGN_OR_RETURN(const double start, SquaredNorm(mean));
  consensus.objective = objective(start);
  while (consensus.num_rounds < kMaxRounds) {
    ++consensus.num_rounds;
    ASSIGN_OR_RETURN(mean, AlignedMean(matrices, mean, side));
    ASSIGN_OR_RETURN(const double mean_energy, SquaredNorm(mean));
    const double before = consensus.objective;
    consensus.objective = objective(mean_energy);
    if (std::abs(before - consensus.objective) < kSmallestChange) break;
  }
  ASSIGN_OR_RETURN(consensus.mean,
                   TryTorch("consensus", [&] { return mean.to(at::kFloat); }));
  return consensus;
}

}  // namespace decant
