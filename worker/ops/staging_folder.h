// The folder in which seal completes a model before anybody may see it at the
// output path.
#ifndef DECANT_WORKER_OPS_STAGING_FOLDER_H_
#define DECANT_WORKER_OPS_STAGING_FOLDER_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace decant {

// "<output>.partial-<job>-<epoch>".
std::string StagingFolderPath(absl::string_view output_path,
                              absl::string_view job_id, int64_t epoch);

// Every method names the path in its errors: PermissionDenied on a read-only
// filesystem, ResourceExhausted on a full one. Not thread-safe.
class StagingFolder {
 public:
  // Makes `path` fresh and empty: what an earlier run of the same attempt left
  // there is removed. The parent is made when it does not exist.
  static absl::StatusOr<StagingFolder> Create(absl::string_view path);

  const std::string& path() const { return path_; }

  // Gives the file at `source` the name `name` here: by a hard link, or by a
  // synced copy where the filesystem refuses one. `source` must be durable.
  // InvalidArgument: `name` is no plain file name.
  absl::Status Link(absl::string_view source, absl::string_view name);
  // Copies byte for byte, synced. `name` as above.
  absl::Status Copy(absl::string_view source, absl::string_view name);
  // Writes a small file, synced.
  absl::Status Write(absl::string_view name, absl::string_view bytes);

  // Makes the names themselves durable: this folder's and the parent's.
  absl::Status Sync() const;

 private:
  explicit StagingFolder(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

}  // namespace decant

#endif  // DECANT_WORKER_OPS_STAGING_FOLDER_H_
