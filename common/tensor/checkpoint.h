// A Hugging Face checkpoint folder: model.safetensors, or shards listed by
// model.safetensors.index.json. Only headers are read at Open.
#ifndef DECANT_COMMON_TENSOR_CHECKPOINT_H_
#define DECANT_COMMON_TENSOR_CHECKPOINT_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/tensor/safetensors_reader.h"
#include "common/tensor/source_manifest.h"  // IWYU pragma: export

namespace decant {

// Rows [first_row, first_row + num_rows) of a tensor seen as a matrix
// [product of leading extents, last extent]; how packed experts are addressed.
struct TensorSlice {
  std::string name;
  int64_t first_row = 0;
  int64_t num_rows = -1;  // -1: all.
};

// Thread-safe after Open.
class Checkpoint {
 public:
  // NotFound: no folder, no safetensors, or an indexed shard is missing.
  // InvalidArgument: bad header, index naming a file outside the folder or a
  // tensor its shard lacks, a tensor in two shards, or a pickle checkpoint
  // (*.bin, *.pt: refused with the reason). Symlinks must stay inside the
  // folder, except into the blobs/ of a Hugging Face cache whose snapshot this
  // is. One file per shard stays open.
  static absl::StatusOr<std::unique_ptr<Checkpoint>> Open(
      absl::string_view folder);

  // As Open, then FailedPrecondition naming the first shard that differs from
  // `manifest`.
  static absl::StatusOr<std::unique_ptr<Checkpoint>> OpenChecked(
      absl::string_view folder, const SourceManifest& manifest);

  const std::string& folder() const { return folder_; }
  SourceManifest Manifest() const;

  // Sorted by name.
  const std::vector<TensorInfo>& tensors() const { return tensors_; }
  // Null when absent.
  const TensorInfo* Find(absl::string_view name) const;
  // NotFound naming the tensor, the folder and the nearest name.
  absl::StatusOr<const TensorInfo*> Require(absl::string_view name) const;
  int64_t total_bytes() const { return total_bytes_; }

  // Extents of a slice: {rows, columns}. InvalidArgument when out of range.
  absl::StatusOr<std::vector<int64_t>> SliceShape(
      const TensorSlice& slice) const;
  // Reads a slice's bytes (row-major) into `buffer`, which holds all of it.
  absl::Status ReadSlice(const TensorSlice& slice, void* buffer,
                         int64_t size_bytes) const;
  // Re-checks every shard's FileStamp against the one seen at Open;
  // FailedPrecondition names a file that changed while the job ran.
  absl::Status CheckUnchanged() const;

 private:
  Checkpoint() = default;
  absl::Status AddShard(const std::string& file, SafetensorsReader shard);
  // Every tensor of the index is in the shard it names.
  absl::Status CheckIndex(
      const std::map<std::string, std::string>& weight_map) const;

  std::string folder_;
  std::vector<std::string> files_;  // Names relative to folder_, by shard.
  std::vector<SafetensorsReader> shards_;
  std::vector<TensorInfo> tensors_;
  // Name to {shard, position in its header}.
  absl::flat_hash_map<std::string, std::pair<size_t, size_t>> index_;
  int64_t total_bytes_ = 0;
};

}  // namespace decant

#endif  // DECANT_COMMON_TENSOR_CHECKPOINT_H_
