// The identity of a checkpoint folder, taken without reading its weights.
#ifndef DECANT_COMMON_TENSOR_SOURCE_MANIFEST_H_
#define DECANT_COMMON_TENSOR_SOURCE_MANIFEST_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/files.h"
#include "common/base/json.h"

namespace decant {

// What a checkpoint was when a job was submitted: per shard its file name,
// header digest and FileStamp. `digest` is the SHA-256 of the canonical JSON
// and enters every action key that reads the checkpoint.
struct SourceManifest {
  struct Shard {
    std::string file;
    std::string header_digest;
    FileStamp stamp;
  };
  std::vector<Shard> shards;  // Sorted by file name.
  std::string digest;

  // Sets `digest` to what the shards give.
  void SetDigest();
  // FailedPrecondition naming the first shard of `seen` that differs from this.
  absl::Status CheckSame(const SourceManifest& seen) const;

  Json ToJson() const;
  // InvalidArgument also when the digest does not match the shards.
  static absl::StatusOr<SourceManifest> FromJson(const Json& json);
};

}  // namespace decant

#endif  // DECANT_COMMON_TENSOR_SOURCE_MANIFEST_H_
