// Walks a stored tensor in blocks of whole rows, so that a tensor of any size
// passes through a few megabytes of memory.
#ifndef DECANT_COMMON_TENSOR_TENSOR_BLOCKS_H_
#define DECANT_COMMON_TENSOR_TENSOR_BLOCKS_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/tensor/checkpoint.h"

namespace decant {

// Rows and columns of a tensor as Checkpoint::SliceShape counts them. Blocks
// hold about kBlockBytes, and at least one row.
class TensorBlocks {
 public:
  static constexpr int64_t kBlockBytes = int64_t{4} << 20;

  // NotFound: no such tensor. `checkpoint` outlives this object.
  static absl::StatusOr<TensorBlocks> Open(const Checkpoint& checkpoint,
                                           absl::string_view name);

  const TensorInfo& info() const { return *info_; }
  int64_t num_rows() const { return num_rows_; }
  int64_t num_columns() const { return num_columns_; }
  // How many rows of this tensor make one block.
  int64_t rows_per_block() const;

  // Fills `buffer` with rows [first_row, first_row + num_rows).
  absl::Status Read(int64_t first_row, int64_t num_rows,
                    std::string& buffer) const;

 private:
  TensorBlocks(const Checkpoint& checkpoint, const TensorInfo& info)
      : checkpoint_(&checkpoint), info_(&info) {}

  const Checkpoint* checkpoint_;
  const TensorInfo* info_;
  int64_t num_rows_ = 0;
  int64_t num_columns_ = 0;
};

}  // namespace decant

#endif  // DECANT_COMMON_TENSOR_TENSOR_BLOCKS_H_
