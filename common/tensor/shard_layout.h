// Finds the files of a folder that are a checkpoint's weights, and lets none
// lead out of it.
#ifndef DECANT_COMMON_TENSOR_SHARD_LAYOUT_H_
#define DECANT_COMMON_TENSOR_SHARD_LAYOUT_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/tensor/safetensors_reader.h"

namespace decant {

inline constexpr char kSingleWeightsFile[] = "model.safetensors";
inline constexpr char kWeightsIndexFile[] = "model.safetensors.index.json";

struct ShardLayout {
  std::vector<std::string> files;  // Relative to the folder, sorted.
  // Tensor to file, as the index says; empty without an index.
  std::map<std::string, std::string> weight_map;
};

// Reads the index of `folder`, if it has one, and no shard. Errors: those of
// Checkpoint::Open.
absl::StatusOr<ShardLayout> FindShards(const std::string& folder);

// Opens shard `file` of `folder`, whose ResolvePath is `resolved_folder`.
// NotFound when missing, InvalidArgument when it is a link out of the folder.
absl::StatusOr<SafetensorsReader> OpenShard(const std::string& folder,
                                            const std::string& resolved_folder,
                                            const std::string& file);

}  // namespace decant

#endif  // DECANT_COMMON_TENSOR_SHARD_LAYOUT_H_
