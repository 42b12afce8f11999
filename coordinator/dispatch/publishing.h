// Moves a finished staging folder to where people look for it. All moves are
// one rename on the output's filesystem, so nothing partial is ever visible.
#ifndef DECANT_COORDINATOR_DISPATCH_PUBLISHING_H_
#define DECANT_COORDINATOR_DISPATCH_PUBLISHING_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace decant {

// The JobFiles methods of the same names.
absl::Status PublishFolder(const std::string& staging_folder,
                           const std::string& output_path, bool replace);
absl::StatusOr<std::string> RejectFolder(const std::string& staging_folder,
                                         const std::string& output_path);
// Removes "<output>.partial-<job>-*" and "<output>.replaced-<job>-*".
absl::Status RemoveStagingFolders(const std::string& job_id,
                                  const std::string& output_path);

}  // namespace decant

#endif  // DECANT_COORDINATOR_DISPATCH_PUBLISHING_H_
