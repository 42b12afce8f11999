#include "worker/math/inner_product.h"

#include <array>
#include <cmath>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "worker/math/block_sums.h"
#include "worker/math/torch_status.h"

namespace decant {
namespace {

// Bounds the fp64 copies made of a tensor that the fused loops cannot read.
constexpr int64_t kChunkSize = int64_t{1} << 24;

absl::Status CheckFloating(const at::Tensor& x) {
  if (x.defined() && x.is_floating_point()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      "inner product of a tensor that is not "
      "floating");
}

absl::Status CheckPair(const at::Tensor& a, const at::Tensor& b) {
  RETURN_IF_ERROR(CheckFloating(a));
  RETURN_IF_ERROR(CheckFloating(b));
  if (a.numel() != b.numel() || a.device() != b.device()) {
    return absl::InvalidArgumentError(
        absl::StrCat("inner product of tensors that do not match: ", a.numel(),
                     " against ", b.numel(), " elements, devices ",
                     a.device().str(), " and ", b.device().str()));
  }
  return absl::OkStatus();
}

bool IsHostFloat(const at::Tensor& x) {
  return x.is_cpu() && x.scalar_type() == at::kFloat && x.is_contiguous();
}

PairMoments HostPairMoments(const float* a, const float* b, int64_t count) {
  const std::array<double, 3> sums =
      SumBlocks<3>(count, [&](int64_t begin, int64_t end) {
        std::array<double, 3> s{};
        for (int64_t i = begin; i < end; ++i) {
          const double x = a[i];
          const double y = b[i];
          s[0] += x * x;
          s[1] += x * y;
          s[2] += y * y;
        }
        return s;
      });
  return {sums[0], sums[1], sums[2]};
}

double HostSquaredNorm(const float* x, int64_t count) {
  return SumBlocks<1>(count, [&](int64_t begin, int64_t end) {
    std::array<double, 1> s{};
    for (int64_t i = begin; i < end; ++i) {
      s[0] += static_cast<double>(x[i]) * x[i];
    }
    return s;
  })[0];
}

double HostSquaredDistance(const float* a, const float* b, int64_t count) {
  return SumBlocks<1>(count, [&](int64_t begin, int64_t end) {
    std::array<double, 1> s{};
    for (int64_t i = begin; i < end; ++i) {
      const double d = static_cast<double>(a[i]) - b[i];
      s[0] += d * d;
    }
    return s;
  })[0];
}

// Calls body(chunk of a, chunk of b), both fp64 and flat.
template <typename Body>
void ForEachChunk(const at::Tensor& a, const at::Tensor& b, const Body& body) {
  const at::Tensor flat_a = a.reshape({-1});
  const at::Tensor flat_b = b.reshape({-1});
  for (int64_t begin = 0; begin < flat_a.numel(); begin += kChunkSize) {
    const int64_t length = std::min(kChunkSize, flat_a.numel() - begin);
    body(flat_a.narrow(0, begin, length).to(at::kDouble),
         flat_b.narrow(0, begin, length).to(at::kDouble));
  }
}

}  // namespace

double PairMoments::Cosine() const {
  if (aa <= 0 || bb <= 0) return 0;
  return ab / std::sqrt(aa) / std::sqrt(bb);
}

absl::StatusOr<PairMoments> ComputePairMoments(const at::Tensor& a,
                                               const at::Tensor& b) {
  RETURN_IF_ERROR(CheckPair(a, b));
  return TryTorch("inner products", [&] {
    if (IsHostFloat(a) && IsHostFloat(b)) {
      return HostPairMoments(a.const_data_ptr<float>(),
                             b.const_data_ptr<float>(), a.numel());
    }
    PairMoments sums;
    ForEachChunk(a, b, [&](const at::Tensor& x, const at::Tensor& y) {
      sums.aa += x.dot(x).item<double>();
      sums.ab += x.dot(y).item<double>();
      sums.bb += y.dot(y).item<double>();
    });
    return sums;
  });
}

absl::StatusOr<double> SquaredNorm(const at::Tensor& x) {
  RETURN_IF_ERROR(CheckFloating(x));
  return TryTorch("squared norm", [&] {
    if (IsHostFloat(x)) {
      return HostSquaredNorm(x.const_data_ptr<float>(), x.numel());
    }
    double sum = 0;
    ForEachChunk(x, x, [&](const at::Tensor& chunk, const at::Tensor&) {
      sum += chunk.dot(chunk).item<double>();
    });
    return sum;
  });
}

absl::StatusOr<double> FrobeniusNorm(const at::Tensor& x) {
  ASSIGN_OR_RETURN(const double squared, SquaredNorm(x));
  return std::sqrt(squared);
}

absl::StatusOr<double> Distance(const at::Tensor& a, const at::Tensor& b) {
  RETURN_IF_ERROR(CheckPair(a, b));
  return TryTorch("distance", [&] {
    if (IsHostFloat(a) && IsHostFloat(b)) {
      return std::sqrt(HostSquaredDistance(
          a.const_data_ptr<float>(), b.const_data_ptr<float>(), a.numel()));
    }
    double sum = 0;
    ForEachChunk(a, b, [&](const at::Tensor& x, const at::Tensor& y) {
      const at::Tensor difference = x.sub(y);
      sum += difference.dot(difference).item<double>();
    });
    return std::sqrt(sum);
  });
}

}  // namespace decant
