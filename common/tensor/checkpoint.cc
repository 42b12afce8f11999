#include "common/tensor/checkpoint.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "common/base/files.h"
#include "common/base/nearest.h"
#include "common/base/status_macros.h"
#include "common/tensor/shard_layout.h"

namespace decant {
namespace {

struct MatrixExtents {
  int64_t rows = 1;
  int64_t columns = 1;
};

// Cannot overflow: NumElements passed through every product on its way.
MatrixExtents AsMatrix(const TensorInfo& info) {
  MatrixExtents matrix;
  if (info.shape.empty()) return matrix;
  matrix.columns = info.shape.back();
  for (size_t i = 0; i + 1 < info.shape.size(); ++i) {
    matrix.rows *= info.shape[i];
  }
  return matrix;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Checkpoint>> Checkpoint::Open(
    absl::string_view folder) {
  if (!IsFolder(folder)) {
    return absl::NotFoundError(
        absl::StrCat("checkpoint ", folder, ": no such folder"));
  }
  auto checkpoint = absl::WrapUnique(new Checkpoint);
  checkpoint->folder_ = AbsolutePath(folder);
  ASSIGN_OR_RETURN(const std::string resolved, ResolvePath(folder));
  ASSIGN_OR_RETURN(const ShardLayout layout, FindShards(checkpoint->folder_));
  for (const std::string& file : layout.files) {
    ASSIGN_OR_RETURN(SafetensorsReader shard,
                     OpenShard(checkpoint->folder_, resolved, file));
    RETURN_IF_ERROR(checkpoint->AddShard(file, std::move(shard)));
  }
  RETURN_IF_ERROR(checkpoint->CheckIndex(layout.weight_map));
  std::sort(
      checkpoint->tensors_.begin(), checkpoint->tensors_.end(),
      [](const TensorInfo& a, const TensorInfo& b) { return a.name < b.name; });
  return checkpoint;
}

absl::Status Checkpoint::AddShard(const std::string& file,
                                  SafetensorsReader shard) {
  const size_t shard_index = shards_.size();
  const std::vector<TensorInfo>& tensors = shard.header().tensors;
  for (size_t i = 0; i < tensors.size(); ++i) {
    const auto [found, added] =
        index_.emplace(tensors[i].name, std::make_pair(shard_index, i));
    if (!added) {
      return absl::InvalidArgumentError(
          absl::StrCat(folder_, ": tensor '", tensors[i].name, "' is in ",
                       files_[found->second.first], " and in ", file));
    }
    tensors_.push_back(tensors[i]);
    total_bytes_ += tensors[i].size_bytes;
  }
  files_.push_back(file);
  shards_.push_back(std::move(shard));
  return absl::OkStatus();
}

absl::Status Checkpoint::CheckIndex(
    const std::map<std::string, std::string>& weight_map) const {
  for (const auto& [name, file] : weight_map) {
    const auto found = index_.find(name);
    if (found != index_.end() && files_[found->second.first] == file) continue;
    return absl::InvalidArgumentError(
        absl::StrCat(folder_, ": ", kWeightsIndexFile, " says that tensor '",
                     name, "' is in ", file, ", which lacks it"));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<Checkpoint>> Checkpoint::OpenChecked(
    absl::string_view folder, const SourceManifest& manifest) {
  ASSIGN_OR_RETURN(std::unique_ptr<Checkpoint> checkpoint, Open(folder));
  RETURN_IF_ERROR(
      Annotate(manifest.CheckSame(checkpoint->Manifest()),
               absl::StrCat("checkpoint ", folder,
                            " changed since the job was submitted")));
  return checkpoint;
}

SourceManifest Checkpoint::Manifest() const {
  SourceManifest manifest;
  for (size_t i = 0; i < shards_.size(); ++i) {
    manifest.shards.push_back({.file = files_[i],
                               .header_digest = shards_[i].header().digest,
                               .stamp = shards_[i].stamp()});
  }
  manifest.SetDigest();
  return manifest;
}

const TensorInfo* Checkpoint::Find(absl::string_view name) const {
  const auto found = index_.find(name);
  if (found == index_.end()) return nullptr;
  const auto [shard, position] = found->second;
  return &shards_[shard].header().tensors[position];
}

absl::StatusOr<const TensorInfo*> Checkpoint::Require(
    absl::string_view name) const {
  const TensorInfo* info = Find(name);
  if (info != nullptr) return info;
  std::vector<std::string> names;
  names.reserve(tensors_.size());
  for (const TensorInfo& tensor : tensors_) names.push_back(tensor.name);
  const std::string nearest = Nearest(name, names);
  return absl::NotFoundError(absl::StrCat(
      "no tensor '", name, "' in ", folder_,
      nearest.empty() ? "" : absl::StrCat("; did you mean '", nearest, "'?")));
}

absl::StatusOr<std::vector<int64_t>> Checkpoint::SliceShape(
    const TensorSlice& slice) const {
  ASSIGN_OR_RETURN(const TensorInfo* info, Require(slice.name));
  const MatrixExtents matrix = AsMatrix(*info);
  if (slice.first_row < 0 || slice.first_row > matrix.rows ||
      slice.num_rows < -1 || slice.num_rows > matrix.rows - slice.first_row) {
    return absl::InvalidArgumentError(
        absl::StrCat("tensor '", slice.name, "' ", ShapeString(info->shape),
                     " has ", matrix.rows, " rows; no ", slice.num_rows,
                     " rows from row ", slice.first_row));
  }
  const int64_t rows =
      slice.num_rows == -1 ? matrix.rows - slice.first_row : slice.num_rows;
  return std::vector<int64_t>{rows, matrix.columns};
}

absl::Status Checkpoint::ReadSlice(const TensorSlice& slice, void* buffer,
                                   int64_t size_bytes) const {
  ASSIGN_OR_RETURN(const std::vector<int64_t> shape, SliceShape(slice));
  const auto [shard, position] = index_.find(slice.name)->second;
  const TensorInfo& info = shards_[shard].header().tensors[position];
  // An empty tensor may have a row length whose size in bytes overflows.
  const int64_t row_bytes =
      info.size_bytes == 0 ? 0 : shape[1] * DTypeSizeBytes(info.dtype);
  if (size_bytes != shape[0] * row_bytes) {
    return absl::InvalidArgumentError(absl::StrCat(
        "tensor '", slice.name, "': ", shape[0], " rows take ",
        shape[0] * row_bytes, " bytes; the buffer has ", size_bytes));
  }
  return shards_[shard].Read(info, slice.first_row * row_bytes, buffer,
                             size_bytes);
}

absl::Status Checkpoint::CheckUnchanged() const {
  for (const SafetensorsReader& shard : shards_) {
    // By path and not by descriptor: a file renamed over the old one leaves
    // the descriptor as it was.
    const absl::StatusOr<FileStamp> now = StampOf(shard.path());
    if (now.ok() && *now == shard.stamp()) continue;
    if (!now.ok() && !absl::IsNotFound(now.status())) return now.status();
    return absl::FailedPreconditionError(
        absl::StrCat(shard.path(), ": ", now.ok() ? "changed" : "vanished",
                     " while the job was reading it"));
  }
  return absl::OkStatus();
}

}  // namespace decant
