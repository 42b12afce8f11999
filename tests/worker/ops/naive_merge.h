// The op `merge` spelled out in fp64 with full SVDs and sorting, apart from
// the product's kernels.
#ifndef DECANT_TESTS_WORKER_OPS_NAIVE_MERGE_H_
#define DECANT_TESTS_WORKER_OPS_NAIVE_MERGE_H_

#include <ATen/core/Tensor.h>
#include <ATen/ops/diag.h>
#include <ATen/ops/linalg_svd.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <tuple>
#include <vector>

#include "common/ops/merge_params.h"
#include "worker/math/philox.h"

namespace decant {

struct NaiveSvd {
  at::Tensor u, s, vh;  // Singular values above 1e-10 of the largest.
};

inline NaiveSvd RankedSvd(const at::Tensor& m) {
  const auto [u, s, vh] = at::linalg_svd(m, /*full_matrices=*/false);
  const int64_t rank =
      s.gt(s.max().item<double>() * 1e-10).sum().item<int64_t>();
  return {u.narrow(1, 0, rank), s.narrow(0, 0, rank), vh.narrow(0, 0, rank)};
}

inline at::Tensor NaiveAlign(const MergeParams& params, const at::Tensor& w_p,
                             const at::Tensor& w_s) {
  if (params.align_side == "none") return w_p;
  if (params.align_side == "both") {
    const auto teacher = at::linalg_svd(w_p, false);
    const auto student = at::linalg_svd(w_s, false);
    return std::get<0>(student)
        .matmul(at::diag(std::get<1>(teacher)))
        .matmul(std::get<2>(student));
  }
  const bool right = params.align_side == "right";
  const NaiveSvd m =
      RankedSvd(right ? w_p.t().matmul(w_s) : w_s.matmul(w_p.t()));
  const at::Tensor rotation = m.u.matmul(m.vh);
  const at::Tensor aligned =
      right ? w_p.matmul(rotation) : rotation.matmul(w_p);
  if (!params.align_scaling) return aligned;
  return aligned.mul(m.s.sum().item<double>() /
                     w_p.square().sum().item<double>());
}

// 1 where a value is kept.
inline at::Tensor NaiveMask(const MergeParams& params,
                            const at::Tensor& delta) {
  const int64_t count = delta.numel();
  const double keep = 1.0 - params.drop;
  at::Tensor mask = at::zeros({count}, at::kDouble);
  if (params.drop_method == "random") {
    const PhiloxKey key =
        SeedKey(params.seed, "dare", params.step, params.name);
    const double limit = std::floor(keep * 4294967296.0);
    for (int64_t i = 0; i < count; ++i) {
      if (PhiloxWord(key, static_cast<uint64_t>(i)) < limit) mask[i] = 1;
    }
    return mask.reshape(delta.sizes());
  }
  const at::Tensor order = delta.abs().flatten().argsort(
      /*stable=*/true, /*dim=*/0, /*descending=*/true);
  const int64_t kept =
      static_cast<int64_t>(std::nearbyint(keep * static_cast<double>(count)));
  mask.index_fill_(0, order.narrow(0, 0, kept), 1);
  return mask.reshape(delta.sizes());
}

inline at::Tensor NaiveSparsify(const MergeParams& params,
                                const at::Tensor& delta) {
  const at::Tensor kept = delta.mul(NaiveMask(params, delta));
  double scale = 1;
  if (params.rescale == "l2") {
    scale = delta.norm().item<double>() / kept.norm().item<double>();
  } else if (params.rescale == "l1") {
    scale = delta.abs().sum().item<double>() / kept.abs().sum().item<double>();
  } else if (params.rescale == "inverse") {
    scale = 1 / (1 - params.drop);
  }
  return kept.mul(scale);
}

inline at::Tensor NaiveLowRank(const MergeParams& params,
                               const at::Tensor& delta) {
  if (params.lora_rank == 0) return delta;
  const auto [u, s, vh] = at::linalg_svd(delta, /*full_matrices=*/false);
  const int64_t rank = std::min(params.lora_rank, s.size(0));
  return u.narrow(1, 0, rank)
      .matmul(at::diag(s.narrow(0, 0, rank)))
      .matmul(vh.narrow(0, 0, rank))
      .mul(params.lora_alpha / static_cast<double>(params.lora_rank));
}

// W' in fp64, before it is rounded. `covered` is the projected teacher, fp64.
inline at::Tensor NaiveMerge(const MergeParams& params,
                             const at::Tensor& covered,
                             const at::Tensor& student) {
  const at::Tensor w_s = student.to(at::kDouble);
  const at::Tensor w_p = at::zeros_like(w_s);
  const auto block = [&](const at::Tensor& matrix) {
    return matrix.narrow(0, 0, params.covered_rows)
        .narrow(1, 0, params.covered_columns);
  };
  block(w_p).copy_(covered);
  at::Tensor delta = NaiveAlign(params, w_p, w_s).sub(w_s);
  if (params.uncovered == "keep-student") {
    const at::Tensor kept = at::zeros_like(delta);
    block(kept).copy_(block(delta));
    delta = kept;
  }
  return w_s.add(NaiveLowRank(params, NaiveSparsify(params, delta)),
                 params.strength);
}

}  // namespace decant

#endif  // DECANT_TESTS_WORKER_OPS_NAIVE_MERGE_H_
