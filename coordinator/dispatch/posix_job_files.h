// JobFiles on a POSIX filesystem.
#ifndef DECANT_COORDINATOR_DISPATCH_POSIX_JOB_FILES_H_
#define DECANT_COORDINATOR_DISPATCH_POSIX_JOB_FILES_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/artifact/artifact_store.h"
#include "coordinator/dispatch/job_files.h"
#include "coordinator/plan/method.h"

namespace decant {

class PosixJobFiles : public JobFiles {
 public:
  // References outlive this object.
  PosixJobFiles(ArtifactStore& artifacts, const MethodRegistry& methods)
      : artifacts_(artifacts), methods_(methods) {}

  absl::StatusOr<JobPlan> Prepare(const RecipeInput& recipe) override;
  absl::StatusOr<OutputState> InspectOutput(
      const std::string& output_path,
      const std::string& result_identity) override;
  std::vector<std::optional<UnitResult>> FindResults(
      const std::vector<std::string>& action_keys) override;
  absl::Status Publish(const std::string& staging_folder,
                       const std::string& output_path, bool replace) override;
  absl::StatusOr<std::string> Reject(const std::string& staging_folder,
                                     const std::string& output_path) override;
  absl::Status CleanUp(const std::string& job_id,
                       const std::string& output_path) override;

 private:
  ArtifactStore& artifacts_;
  const MethodRegistry& methods_;
};

}  // namespace decant

#endif  // DECANT_COORDINATOR_DISPATCH_POSIX_JOB_FILES_H_
