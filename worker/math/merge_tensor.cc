#include "worker/math/merge_tensor.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/where.h>
#include <c10/util/BFloat16.h>
#include <c10/util/Half.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>
#include <vector>

#include "common/base/status_macros.h"
#include "worker/math/block_sums.h"
#include "worker/math/inner_product.h"
#include "worker/math/torch_status.h"

namespace decant {
namespace {

constexpr int64_t kNone = std::numeric_limits<int64_t>::max();

bool IsStorable(at::ScalarType dtype) {
  return dtype == at::kFloat || dtype == at::kBFloat16 || dtype == at::kHalf;
}

absl::Status CheckMerge(const at::Tensor& student, const at::Tensor& delta,
                        at::ScalarType dtype) {
  if (!student.defined() || !delta.defined() || !IsStorable(dtype) ||
      !IsStorable(student.scalar_type()) || !delta.is_floating_point()) {
    return absl::InvalidArgumentError(
        "merge: the student and the output must be fp32, bf16 or fp16, and "
        "the change floating");
  }
  if (student.sizes() != delta.sizes() || student.device() != delta.device()) {
    return absl::InvalidArgumentError(
        "merge: student and change differ in shape or device");
  }
  return absl::OkStatus();
}

template <typename T>
bool SameBits(T a, T b) {
  return std::memcmp(&a, &b, sizeof(T)) == 0;
}

// Integer with the width of a dtype, to compare tensors bit by bit.
at::ScalarType BitsType(at::ScalarType dtype) {
  return dtype == at::kFloat ? at::kInt : at::kShort;
}

// What one block adds to the statistics.
struct BlockStatistics {
  int64_t num_changed = 0;
  int64_t first_non_finite = kNone;
  double student_squared = 0;
  double change_squared = 0;
};

MergeStatistics AddUp(const std::vector<BlockStatistics>& blocks) {
  BlockStatistics total;
  for (const BlockStatistics& block : blocks) {
    total.num_changed += block.num_changed;
    total.first_non_finite =
        std::min(total.first_non_finite, block.first_non_finite);
    total.student_squared += block.student_squared;
    total.change_squared += block.change_squared;
  }
  MergeStatistics statistics;
  statistics.num_changed = total.num_changed;
  statistics.student_norm = std::sqrt(total.student_squared);
  statistics.change_norm = std::sqrt(total.change_squared);
  if (total.first_non_finite != kNone) {
    statistics.first_non_finite = total.first_non_finite;
  }
  return statistics;
}

// Source and result type, in one pass: read, add, round, compare, sum.
template <typename In, typename Out>
MergeStatistics MergeOnHost(const In* student, const float* delta, float factor,
                            int64_t count, Out* merged) {
  std::vector<BlockStatistics> blocks(static_cast<size_t>(NumBlocks(count)));
  ForEachBlock(count, [&](int64_t block, int64_t begin, int64_t end) {
    BlockStatistics s;
    for (int64_t i = begin; i < end; ++i) {
      const float source = static_cast<float>(student[i]);
      const float change = factor * delta[i];
      const Out before = static_cast<Out>(source);
      const Out after =
          change == 0 ? before : static_cast<Out>(source + change);
      merged[i] = after;
      const double stored = static_cast<float>(after);
      const double difference = stored - source;
      s.num_changed += !SameBits(before, after);
      s.student_squared += static_cast<double>(source) * source;
      s.change_squared += difference * difference;
      if (!std::isfinite(stored) && s.first_non_finite == kNone) {
        s.first_non_finite = i;
      }
    }
    blocks[static_cast<size_t>(block)] = s;
  });
  return AddUp(blocks);
}

// Calls body with a null pointer to the C++ type of a storable dtype.
template <typename Body>
auto WithType(at::ScalarType dtype, const Body& body) {
  if (dtype == at::kFloat) return body(static_cast<float*>(nullptr));
  if (dtype == at::kHalf) return body(static_cast<at::Half*>(nullptr));
  return body(static_cast<at::BFloat16*>(nullptr));
}

MergedTensor MergeOnHost(const at::Tensor& student, const at::Tensor& delta,
                         float factor, at::ScalarType dtype) {
  const at::Tensor source = student.contiguous();
  const at::Tensor change = delta.to(at::kFloat).contiguous();
  MergedTensor result;
  result.merged = at::empty(student.sizes(), student.options().dtype(dtype));
  result.statistics = WithType(student.scalar_type(), [&](auto* in) {
    return WithType(dtype, [&](auto* out) {
      using In = std::remove_pointer_t<decltype(in)>;
      using Out = std::remove_pointer_t<decltype(out)>;
      return MergeOnHost<In, Out>(
          source.const_data_ptr<In>(), change.const_data_ptr<float>(), factor,
          source.numel(), result.merged.mutable_data_ptr<Out>());
    });
  });
  return result;
}

absl::StatusOr<MergedTensor> MergeOnDevice(const at::Tensor& student,
                                           const at::Tensor& delta,
                                           float factor, at::ScalarType dtype) {
  const at::Tensor source = student.to(at::kFloat).contiguous();
  const at::Tensor change = delta.to(at::kFloat).contiguous().mul(factor);
  const at::Tensor before = source.to(dtype);
  MergedTensor result;
  result.merged = at::where(change.eq(0), before, source.add(change).to(dtype));

  const at::ScalarType bits = BitsType(dtype);
  MergeStatistics& statistics = result.statistics;
  statistics.num_changed =
      result.merged.view(bits).ne(before.view(bits)).sum().item<int64_t>();
  ASSIGN_OR_RETURN(statistics.student_norm, FrobeniusNorm(source));
  ASSIGN_OR_RETURN(statistics.change_norm, Distance(result.merged, source));
  ASSIGN_OR_RETURN(statistics.first_non_finite, FindNonFinite(result.merged));
  return result;
}

}  // namespace

double MergeStatistics::ChangedFraction() const {
  if (num_elements == 0) return 0;
  return static_cast<double>(num_changed) / static_cast<double>(num_elements);
}

double MergeStatistics::RelativeChange() const {
  if (change_norm == 0) return 0;
  return change_norm / student_norm;
}

absl::StatusOr<MergedTensor> MergeTensor(const at::Tensor& student,
                                         const at::Tensor& delta, double factor,
                                         at::ScalarType dtype) {
  RETURN_IF_ERROR(CheckMerge(student, delta, dtype));
  return TryTorch("merge", [&]() -> absl::StatusOr<MergedTensor> {
    const float factor_fp32 = static_cast<float>(factor);
    ASSIGN_OR_RETURN(MergedTensor result,
                     student.is_cpu()
                         ? absl::StatusOr<MergedTensor>(
                               MergeOnHost(student, delta, factor_fp32, dtype))
                         : MergeOnDevice(student, delta, factor_fp32, dtype));
    result.statistics.num_elements = student.numel();
    return result;
  });
}

absl::StatusOr<std::optional<int64_t>> FindNonFinite(const at::Tensor& x) {
  if (!x.defined() || !x.is_floating_point()) {
    return absl::InvalidArgumentError(
        "search for NaN or Inf in a tensor that is not floating");
  }
  return TryTorch("search for NaN or Inf", [&]() -> std::optional<int64_t> {
    const at::Tensor is_bad = x.reshape({-1}).isfinite().logical_not_();
    if (!is_bad.any().item<bool>()) return std::nullopt;
    return is_bad.to(at::kByte).argmax().item<int64_t>();
  });
}

}  // namespace decant
