#include "common/tensor/checkpoint.h"

#include <algorithm>
#include <cstddef>
#include <set>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/digest.h"
#include "common/base/files.h"
#include "common/base/nearest.h"
#include "common/base/param_reader.h"
#include "common/base/status_macros.h"

namespace decant {
namespace {

constexpr char kSingleFile[] = "model.safetensors";
constexpr char kIndexFile[] = "model.safetensors.index.json";
constexpr int64_t kMaxIndexBytes = 256 << 20;

// tensor name -> shard file name.
using WeightMap = std::map<std::string, std::string>;

absl::Status CheckShardName(const std::string& file) {
  std::string fault;
  if (file.empty() || absl::StartsWith(file, "/")) {
    fault = "is not a relative path";
  } else if (!absl::EndsWith(file, ".safetensors")) {
    fault = "is not a .safetensors file";
  } else if (file != JoinPath(DirName(file) == "." ? "" : DirName(file),
                              BaseName(file)) ||
             !IsBeneath(AbsolutePath(JoinPath("/folder", file)), "/folder") ||
             absl::StrContains(file, "..")) {
    fault = "leads out of the folder";
  } else if (std::any_of(file.begin(), file.end(), [](char c) {
               return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
             })) {
    fault = "holds a control character";
  }
  if (fault.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("shard ", Json(file).dump(), " ", fault));
}

absl::StatusOr<WeightMap> ParseIndex(absl::string_view text,
                                     absl::string_view path) {
  ASSIGN_OR_RETURN(const Json index, ParseJson(text, path));
  const auto found = index.is_object() ? index.find("weight_map") : index.end();
  if (found == index.end() || !found->is_object()) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": has no object 'weight_map'"));
  }
  WeightMap weight_map;
  std::set<std::string> checked;
  for (const auto& [name, value] : found->items()) {
    if (!value.is_string()) {
      return absl::InvalidArgumentError(
          absl::StrCat(path, ": shard of tensor '", name, "' is not a string"));
    }
    std::string file = value.get<std::string>();
    if (checked.insert(file).second) {
      RETURN_IF_ERROR(Annotate(CheckShardName(file), path));
    }
    weight_map.emplace_hint(weight_map.end(), name, std::move(file));
  }
  return weight_map;
}

// Why `folder`, which has no safetensors weights, is no checkpoint.
absl::Status NoWeights(const std::string& folder) {
  ASSIGN_OR_RETURN(const std::vector<std::string> names, ListFolder(folder));
  for (const std::string& name : names) {
    for (const char* suffix : {".bin", ".pt", ".pth", ".ckpt", ".pkl"}) {
      if (!absl::EndsWith(name, suffix)) continue;
      return absl::InvalidArgumentError(absl::StrCat(
          folder, ": holds pickled weights (", name,
          ") and no safetensors; refused because unpickling runs code; "
          "convert the checkpoint to safetensors"));
    }
  }
  return absl::NotFoundError(absl::StrCat(folder, ": holds neither ",
                                          kSingleFile, " nor ", kIndexFile));
}

struct Layout {
  std::vector<std::string> files;  // Sorted.
  WeightMap weight_map;            // Empty without an index.
};

absl::StatusOr<Layout> FindShards(const std::string& folder) {
  const std::string index_path = JoinPath(folder, kIndexFile);
  const bool has_single = FileExists(JoinPath(folder, kSingleFile));
  Layout layout;
  if (!FileExists(index_path)) {
    if (!has_single) return NoWeights(folder);
    layout.files = {kSingleFile};
    return layout;
  }
  ASSIGN_OR_RETURN(const std::string text,
                   ReadFile(index_path, kMaxIndexBytes));
  ASSIGN_OR_RETURN(layout.weight_map, ParseIndex(text, index_path));
  std::set<std::string> files;
  for (const auto& [name, file] : layout.weight_map) files.insert(file);
  if (files.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(index_path, ": lists no tensors"));
  }
  // Readers disagree on which of the two counts.
  if (has_single && files.count(kSingleFile) == 0) {
    return absl::InvalidArgumentError(
        absl::StrCat(folder, ": holds ", kSingleFile, " and a ", kIndexFile,
                     " that does not list it; remove the one not meant"));
  }
  layout.files.assign(files.begin(), files.end());
  return layout;
}

// Hugging Face's cache keeps a checkpoint as snapshots/<revision>/ full of
// symlinks into blobs/ beside snapshots/. That is the one way out of the
// folder which is not an escape.
std::string BlobFolder(const std::string& resolved_folder) {
  const std::string snapshots = DirName(resolved_folder);
  if (BaseName(snapshots) != "snapshots") return "";
  return JoinPath(DirName(snapshots), "blobs");
}

absl::StatusOr<SafetensorsReader> OpenShard(const std::string& folder,
                                            const std::string& resolved_folder,
                                            const std::string& file) {
  const std::string path = JoinPath(folder, file);
  ASSIGN_OR_RETURN(const std::string resolved, ResolvePath(path));
  const std::string blobs = BlobFolder(resolved_folder);
  if (!IsBeneath(resolved, resolved_folder) &&
      (blobs.empty() || !IsBeneath(resolved, blobs))) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": is a link out of the folder, to ", resolved));
  }
  if (!FileExists(resolved)) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": is not a file"));
  }
  return SafetensorsReader::Open(path);
}

std::string DigestOf(const std::vector<SourceManifest::Shard>& shards) {
  return Sha256Hex(CanonicalJson(
      SourceManifest{.shards = shards, .digest = ""}.ToJson()["shards"]));
}

absl::StatusOr<SourceManifest::Shard> ShardFromJson(const Json& json) {
  ParamReader reader(json, "source manifest shard");
  SourceManifest::Shard shard;
  shard.file = reader.String("file");
  shard.header_digest = reader.String("header_digest");
  shard.stamp.size_bytes = reader.Int("size_bytes", {.min = 0});
  shard.stamp.mtime_ns = reader.Int("mtime_ns");
  const Json inode = reader.Value("inode");
  if (inode.is_number_unsigned()) {
    shard.stamp.inode = inode.get<uint64_t>();
  } else {
    reader.Fail("inode", "must be a non-negative integer");
  }
  RETURN_IF_ERROR(reader.Finish());
  return shard;
}

// How `seen` differs from `expected`, or "".
std::string Difference(const SourceManifest::Shard& expected,
                       const SourceManifest::Shard& seen) {
  if (expected.stamp.size_bytes != seen.stamp.size_bytes) {
    return absl::StrCat("size was ", expected.stamp.size_bytes, " bytes, is ",
                        seen.stamp.size_bytes);
  }
  if (expected.header_digest != seen.header_digest) return "header changed";
  if (expected.stamp.mtime_ns != seen.stamp.mtime_ns) {
    return "modification time changed";
  }
  if (expected.stamp.inode != seen.stamp.inode) return "file was replaced";
  return "";
}

absl::Status CheckSame(const SourceManifest& expected,
                       const SourceManifest& seen) {
  size_t i = 0;
  size_t j = 0;
  std::string fault;
  while (i < expected.shards.size() || j < seen.shards.size()) {
    const auto* want =
        i < expected.shards.size() ? &expected.shards[i] : nullptr;
    const auto* have = j < seen.shards.size() ? &seen.shards[j] : nullptr;
    if (have == nullptr || (want != nullptr && want->file < have->file)) {
      fault = absl::StrCat(want->file, ": is gone");
    } else if (want == nullptr || have->file < want->file) {
      fault = absl::StrCat(have->file, ": is new");
    } else if (std::string how = Difference(*want, *have); !how.empty()) {
      fault = absl::StrCat(have->file, ": ", how);
    }
    if (!fault.empty()) return absl::FailedPreconditionError(fault);
    ++i;
    ++j;
  }
  return absl::OkStatus();
}

struct MatrixExtents {
  int64_t rows = 1;
  int64_t columns = 1;
};

MatrixExtents AsMatrix(const TensorInfo& info) {
  MatrixExtents matrix;
  if (info.shape.empty()) return matrix;
  matrix.columns = info.shape.back();
  // A product of part of a checked shape; with a zero extent among them the
  // others are unchecked, but then there is nothing to address either.
  if (info.size_bytes == 0) {
    matrix.rows = info.shape.size() == 1 ? 1 : 0;
    for (size_t i = 0; i + 1 < info.shape.size(); ++i) {
      if (info.shape[i] == 0) return matrix;
    }
  }
  matrix.rows = 1;
  for (size_t i = 0; i + 1 < info.shape.size(); ++i) {
    if (__builtin_mul_overflow(matrix.rows, info.shape[i], &matrix.rows)) {
      matrix.rows = 0;
      return matrix;
    }
  }
  return matrix;
}

}  // namespace

Json SourceManifest::ToJson() const {
  Json list = Json::array();
  for (const Shard& shard : shards) {
    list.push_back({{"file", shard.file},
                    {"header_digest", shard.header_digest},
                    {"size_bytes", shard.stamp.size_bytes},
                    {"mtime_ns", shard.stamp.mtime_ns},
                    {"inode", shard.stamp.inode}});
  }
  return {{"shards", std::move(list)}, {"digest", digest}};
}

absl::StatusOr<SourceManifest> SourceManifest::FromJson(const Json& json) {
  ParamReader reader(json, "source manifest");
  SourceManifest manifest;
  const Json shards = reader.Value("shards");
  manifest.digest = reader.String("digest");
  if (!shards.is_array()) reader.Fail("shards", "must be a list");
  RETURN_IF_ERROR(reader.Finish());
  for (const Json& value : shards) {
    ASSIGN_OR_RETURN(Shard shard, ShardFromJson(value));
    if (!manifest.shards.empty() && manifest.shards.back().file >= shard.file) {
      return absl::InvalidArgumentError(
          "source manifest: shards are not sorted by file");
    }
    manifest.shards.push_back(std::move(shard));
  }
  if (manifest.digest != DigestOf(manifest.shards)) {
    return absl::InvalidArgumentError(
        "source manifest: digest does not match the shards");
  }
  return manifest;
}

absl::StatusOr<std::unique_ptr<Checkpoint>> Checkpoint::Open(
    absl::string_view folder) {
  if (!IsFolder(folder)) {
    return absl::NotFoundError(
        absl::StrCat("checkpoint ", folder, ": no such folder"));
  }
  auto checkpoint = absl::WrapUnique(new Checkpoint);
  checkpoint->folder_ = AbsolutePath(folder);
  ASSIGN_OR_RETURN(const std::string resolved, ResolvePath(folder));
  ASSIGN_OR_RETURN(const Layout layout, FindShards(checkpoint->folder_));
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

absl::Status Checkpoint::CheckIndex(const WeightMap& weight_map) const {
  for (const auto& [name, file] : weight_map) {
    const auto found = index_.find(name);
    if (found != index_.end() && files_[found->second.first] == file) continue;
    return absl::InvalidArgumentError(
        absl::StrCat(folder_, ": ", kIndexFile, " says that tensor '", name,
                     "' is in ", file, ", which lacks it"));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<Checkpoint>> Checkpoint::OpenChecked(
    absl::string_view folder, const SourceManifest& manifest) {
  ASSIGN_OR_RETURN(std::unique_ptr<Checkpoint> checkpoint, Open(folder));
  RETURN_IF_ERROR(
      Annotate(CheckSame(manifest, checkpoint->Manifest()),
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
  manifest.digest = DigestOf(manifest.shards);
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
  if (info.size_bytes == 0) return absl::OkStatus();
  const int64_t row_bytes = shape[1] * DTypeSizeBytes(info.dtype);
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
