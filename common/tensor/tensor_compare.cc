#include "common/tensor/tensor_compare.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "common/base/status_macros.h"
#include "common/tensor/float_block.h"
#include "common/tensor/tensor_blocks.h"

namespace decant {
namespace {

// Elements decoded at a time: two buffers of doubles that stay in L1.
constexpr int64_t kChunk = 1024;

absl::Status CheckComparable(const TensorInfo& before,
                             const TensorInfo& after) {
  if (before.shape != after.shape) {
    return absl::InvalidArgumentError(absl::StrCat(
        "tensor '", after.name, "': shape ", ShapeString(before.shape),
        " became ", ShapeString(after.shape), "; only equal shapes compare"));
  }
  for (const TensorInfo* info : {&before, &after}) {
    if (IsDecodable(info->dtype)) continue;
    return absl::InvalidArgumentError(absl::StrCat(
        "tensor '", info->name, "': dtype ", DTypeName(info->dtype),
        " cannot be compared; F64, F32, BF16 and F16 can"));
  }
  return absl::OkStatus();
}

}  // namespace

void TensorComparer::Add(const void* before, const void* after,
                         int64_t num_elements) {
  std::array<double, kChunk> a;
  std::array<double, kChunk> b;
  const char* before_bytes = static_cast<const char*>(before);
  const char* after_bytes = static_cast<const char*>(after);
  for (int64_t done = 0; done < num_elements; done += kChunk) {
    const int64_t count = std::min(kChunk, num_elements - done);
    const size_t size = static_cast<size_t>(count);
    DecodeFloats(before_, before_bytes, absl::MakeSpan(a.data(), size));
    DecodeFloats(after_, after_bytes, absl::MakeSpan(b.data(), size));
    CountChanged(before_bytes, after_bytes, a.data(), count);
    AddValues(a.data(), b.data(), count);
    before_bytes += count * DTypeSizeBytes(before_);
    after_bytes += count * DTypeSizeBytes(after_);
  }
  counts_.num_elements += num_elements;
}

void TensorComparer::CountChanged(const char* before, const char* after,
                                  const double* before_values, int64_t count) {
  for (int64_t i = 0; i < count; ++i) {
    const uint64_t was = before_ == after_
                             ? StoredBits(before_, before, i)
                             : EncodeFloat(after_, before_values[i]);
    counts_.changed_elements += was != StoredBits(after_, after, i) ? 1 : 0;
  }
}

void TensorComparer::AddValues(const double* before, const double* after,
                               int64_t count) {
  for (int64_t i = 0; i < count; ++i) {
    const double a = before[i];
    const double b = after[i];
    if (!std::isfinite(b)) ++counts_.nonfinite_elements;
    if (!std::isfinite(a) || !std::isfinite(b)) continue;
    before_squares_ += a * a;
    after_squares_ += b * b;
    delta_squares_ += (b - a) * (b - a);
    dot_ += a * b;
  }
}

TensorComparison TensorComparer::Result() const {
  TensorComparison result = counts_;
  if (result.num_elements > 0) {
    result.changed_fraction = static_cast<double>(result.changed_elements) /
                              static_cast<double>(result.num_elements);
  }
  const bool is_a_zero = before_squares_ == 0;
  const bool is_b_zero = after_squares_ == 0;
  if (is_a_zero) {
    result.relative_change = is_b_zero ? 0 : 1;
  } else {
    result.relative_change = std::sqrt(delta_squares_ / before_squares_);
  }
  if (is_a_zero || is_b_zero) {
    result.cosine = is_a_zero && is_b_zero ? 1 : 0;
  } else {
    const double norms = std::sqrt(before_squares_) * std::sqrt(after_squares_);
    result.cosine = std::clamp(dot_ / norms, -1.0, 1.0);
  }
  return result;
}

absl::StatusOr<TensorComparison> CompareTensors(const Checkpoint& before,
                                                absl::string_view before_name,
                                                const Checkpoint& after,
                                                absl::string_view after_name) {
  ASSIGN_OR_RETURN(const TensorBlocks a,
                   TensorBlocks::Open(before, before_name));
  ASSIGN_OR_RETURN(const TensorBlocks b, TensorBlocks::Open(after, after_name));
  RETURN_IF_ERROR(CheckComparable(a.info(), b.info()));

  TensorComparer comparer(a.info().dtype, b.info().dtype);
  std::string before_bytes;
  std::string after_bytes;
  const int64_t step = std::min(a.rows_per_block(), b.rows_per_block());
  for (int64_t row = 0; row < a.num_rows(); row += step) {
    const int64_t rows = std::min(step, a.num_rows() - row);
    RETURN_IF_ERROR(a.Read(row, rows, before_bytes));
    RETURN_IF_ERROR(b.Read(row, rows, after_bytes));
    comparer.Add(before_bytes.data(), after_bytes.data(),
                 rows * a.num_columns());
  }
  return comparer.Result();
}

}  // namespace decant
