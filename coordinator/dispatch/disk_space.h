// Refuses a job that cannot fit on disk before it costs anything.
#ifndef DECANT_COORDINATOR_DISPATCH_DISK_SPACE_H_
#define DECANT_COORDINATOR_DISPATCH_DISK_SPACE_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"

namespace decant {

struct DiskNeed {
  std::string output_path;
  int64_t output_bytes = 0;
  std::string workspace;
  int64_t workspace_bytes = 0;  // Every artifact, the output's shards too.
};

// ResourceExhausted naming the filesystem, what is needed and what is free;
// PermissionDenied when the output's folder cannot be written. Where both are
// on one filesystem the output's files are links to artifacts: counted once.
// Creates the output's parent folder.
absl::Status CheckDiskSpace(const DiskNeed& need);

}  // namespace decant

#endif  // DECANT_COORDINATOR_DISPATCH_DISK_SPACE_H_
