#include "common/tensor/shard_layout.h"

#include <set>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/files.h"
#include "common/base/json.h"
#include "common/base/status_macros.h"

namespace decant {
namespace {

constexpr int64_t kMaxIndexBytes = 256 << 20;

absl::Status CheckShardName(const std::string& file) {
  std::string fault;
  if (!absl::EndsWith(file, ".safetensors")) {
    fault = "is not a .safetensors file";
  }
  for (const absl::string_view part : absl::StrSplit(file, '/')) {
    if (part == "..") fault = "leads out of the folder";
    // Also "/x" and "a//b": one file has one name.
    if (part.empty() || part == ".") fault = "is not a plain relative path";
  }
  for (const char c : file) {
    if (absl::ascii_iscntrl(static_cast<unsigned char>(c))) {
      fault = "holds a control character";
    }
  }
  if (fault.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("shard ", Json(file).dump(), " ", fault));
}

absl::StatusOr<std::map<std::string, std::string>> ParseIndex(
    absl::string_view text, absl::string_view path) {
  ASSIGN_OR_RETURN(const Json index, ParseJson(text, path));
  const auto found = index.is_object() ? index.find("weight_map") : index.end();
  if (found == index.end() || !found->is_object()) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": has no object 'weight_map'"));
  }
  std::map<std::string, std::string> weight_map;
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
                                          kSingleWeightsFile, " nor ",
                                          kWeightsIndexFile));
}

// Hugging Face's cache keeps a checkpoint as snapshots/<revision>/ full of
// symlinks into blobs/ beside snapshots/. That is the one way out of the
// folder which is not an escape.
std::string BlobFolder(const std::string& resolved_folder) {
  const std::string snapshots = DirName(resolved_folder);
  if (BaseName(snapshots) != "snapshots") return "";
  return JoinPath(DirName(snapshots), "blobs");
}

}  // namespace

absl::StatusOr<ShardLayout> FindShards(const std::string& folder) {
  const std::string index_path = JoinPath(folder, kWeightsIndexFile);
  const bool has_single = FileExists(JoinPath(folder, kSingleWeightsFile));
  ShardLayout layout;
  if (!FileExists(index_path)) {
    if (!has_single) return NoWeights(folder);
    layout.files = {kSingleWeightsFile};
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
  if (has_single && files.count(kSingleWeightsFile) == 0) {
    return absl::InvalidArgumentError(absl::StrCat(
        folder, ": holds ", kSingleWeightsFile, " and a ", kWeightsIndexFile,
        " that does not list it; remove the one not meant"));
  }
  layout.files.assign(files.begin(), files.end());
  return layout;
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

}  // namespace decant
