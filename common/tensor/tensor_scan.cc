#include "common/tensor/tensor_scan.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

#include "absl/types/span.h"
#include "common/base/digest.h"
#include "common/base/status_macros.h"
#include "common/tensor/float_block.h"
#include "common/tensor/tensor_blocks.h"

namespace decant {
namespace {

std::optional<int64_t> FirstNonfinite(DType dtype, const char* data,
                                      int64_t num_elements) {
  std::array<double, 1024> values;
  constexpr int64_t kScanChunk = static_cast<int64_t>(values.size());
  for (int64_t done = 0; done < num_elements; done += kScanChunk) {
    const int64_t count = std::min(kScanChunk, num_elements - done);
    DecodeFloats(dtype, data + done * DTypeSizeBytes(dtype),
                 absl::MakeSpan(values.data(), static_cast<size_t>(count)));
    for (int64_t i = 0; i < count; ++i) {
      if (!std::isfinite(values[static_cast<size_t>(i)])) return done + i;
    }
  }
  return std::nullopt;
}

}  // namespace

absl::StatusOr<TensorScan> ScanTensor(const Checkpoint& checkpoint,
                                      absl::string_view name) {
  ASSIGN_OR_RETURN(const TensorBlocks blocks,
                   TensorBlocks::Open(checkpoint, name));
  const DType dtype = blocks.info().dtype;
  TensorScan scan;
  Xxh128Stream digest;
  std::string bytes;
  const int64_t step = blocks.rows_per_block();
  for (int64_t row = 0; row < blocks.num_rows(); row += step) {
    const int64_t rows = std::min(step, blocks.num_rows() - row);
    RETURN_IF_ERROR(blocks.Read(row, rows, bytes));
    digest.Update(bytes.data(), bytes.size());
    if (!IsDecodable(dtype) || scan.first_nonfinite.has_value()) continue;
    const std::optional<int64_t> found =
        FirstNonfinite(dtype, bytes.data(), rows * blocks.num_columns());
    if (found.has_value()) {
      scan.first_nonfinite = row * blocks.num_columns() + *found;
    }
  }
  scan.digest = digest.Hex();
  return scan;
}

}  // namespace decant
