// The workspace: immutable artifacts named by digest, results named by action
// key, and one scratch folder per attempt. Every host of a job sees the same
// folder, so the layout is a format (docs/formats/workspace.md):
//
//   decant-workspace.json            owner: the id of the coordinator's store
//   artifacts/<d0d1>/<digest>        bytes; digest = XXH3-128, 32 hex digits
//   results/<k0k1>/<action key>.json outputs and summary of a finished unit
//   attempts/<job>/<unit digest>/<epoch>/   files of one attempt
//
// Thread-safe: every publish is write-temporary, fsync, rename, fsync folder.
#ifndef DECANT_COMMON_ARTIFACT_ARTIFACT_STORE_H_
#define DECANT_COMMON_ARTIFACT_ARTIFACT_STORE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/base/json.h"

namespace decant {

// Payload of every NotFound/DataLoss status of Read and Verify: the digest of
// the artifact that must be made again.
inline constexpr char kLostArtifactPayload[] = "decant/lost-artifact";

struct ArtifactRef {
  std::string digest;
  int64_t size_bytes = 0;
  friend bool operator==(const ArtifactRef&, const ArtifactRef&) = default;
};

class ArtifactStore {
 public:
  // Makes the folders. InvalidArgument when `root` is not a workspace and not
  // empty.
  static absl::StatusOr<ArtifactStore> Open(absl::string_view root);

  const std::string& root() const { return root_; }
  std::string ArtifactPath(absl::string_view digest) const;

  // Claims the workspace for coordinator store `store_id`. FailedPrecondition
  // naming the other owner; a missing record is written. `take_over` replaces
  // a record whose owner is gone (the caller knows, e.g. by a lock).
  absl::Status Claim(absl::string_view store_id, bool take_over);
  absl::StatusOr<std::string> OwnerStoreId() const;

  // Moves the finished file at `path` (same filesystem) into the store under
  // its digest. Publishing an existing digest touches it and removes `path`.
  absl::StatusOr<ArtifactRef> PublishFile(absl::string_view path);
  absl::StatusOr<ArtifactRef> PublishBytes(absl::string_view bytes);

  // Size check only, no read.
  bool Has(const ArtifactRef& ref) const;
  // Whole artifact, digest verified. NotFound when absent; DataLoss when the
  // bytes do not match: the bad file is removed first, so that it is
  // recomputed.
  absl::StatusOr<std::string> Read(const ArtifactRef& ref) const;
  // Streams the file once to verify it; errors as Read.
  absl::Status Verify(const ArtifactRef& ref) const;

  // results/<key>.json. `result` is written atomically.
  absl::Status WriteResult(absl::string_view action_key, const Json& result);
  // nullopt when absent or unreadable (a torn file is no result).
  std::optional<Json> ReadResult(absl::string_view action_key) const;

  // A fresh, empty folder for one attempt. Named by unit and epoch: a frozen
  // attempt that wakes up can only write into its own.
  absl::StatusOr<std::string> MakeAttemptFolder(absl::string_view job_id,
                                                absl::string_view unit_id,
                                                int64_t epoch) const;
  absl::Status RemoveJobAttempts(absl::string_view job_id) const;

  // Proof that a worker sees this folder: writes/reads nonces/<name>.
  absl::Status WriteNonce(absl::string_view name, absl::string_view value);
  absl::StatusOr<std::string> ReadNonce(absl::string_view name) const;

 private:
  explicit ArtifactStore(std::string root) : root_(std::move(root)) {}
  std::string root_;
};

}  // namespace decant

#endif  // DECANT_COMMON_ARTIFACT_ARTIFACT_STORE_H_
