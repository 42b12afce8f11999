#include "common/tensor/tensor_blocks.h"

#include <algorithm>
#include <vector>

#include "common/base/status_macros.h"

namespace decant {

absl::StatusOr<TensorBlocks> TensorBlocks::Open(const Checkpoint& checkpoint,
                                                absl::string_view name) {
  ASSIGN_OR_RETURN(const TensorInfo* info, checkpoint.Require(name));
  TensorBlocks blocks(checkpoint, *info);
  ASSIGN_OR_RETURN(const std::vector<int64_t> extents,
                   checkpoint.SliceShape({.name = info->name}));
  // A tensor without elements has no blocks, whatever its other extents say.
  if (info->size_bytes == 0) return blocks;
  blocks.num_rows_ = extents[0];
  blocks.num_columns_ = extents[1];
  return blocks;
}

int64_t TensorBlocks::rows_per_block() const {
  if (num_rows_ == 0) return 1;
  const int64_t row_bytes = info_->size_bytes / num_rows_;
  return std::clamp<int64_t>(kBlockBytes / row_bytes, 1, num_rows_);
}

absl::Status TensorBlocks::Read(int64_t first_row, int64_t num_rows,
                                std::string& buffer) const {
  const int64_t size_bytes =
      num_rows * num_columns_ * DTypeSizeBytes(info_->dtype);
  buffer.resize(static_cast<size_t>(size_bytes));
  return checkpoint_->ReadSlice(
      {.name = info_->name, .first_row = first_row, .num_rows = num_rows},
      buffer.data(), size_bytes);
}

}  // namespace decant
