// Everything a job does with files. Each call may be slow (headers of a
// terabyte checkpoint, a network filesystem), so the core runs them on its
// pool and gets the answer back as a message.
#ifndef DECANT_COORDINATOR_DISPATCH_JOB_FILES_H_
#define DECANT_COORDINATOR_DISPATCH_JOB_FILES_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/unit/unit_spec.h"
#include "coordinator/plan/job_plan.h"

namespace decant {

// A recipe as a client sent it.
struct RecipeInput {
  std::string text;
  std::string path;                    // Absolute.
  std::vector<std::string> overrides;  // "key.path=value"
};

// What stands at a job's output path.
enum class OutputState {
  kFree,       // Nothing.
  kPublished,  // The same result, verified.
  kOther,      // Anything else: refused without `replace`.
};

// Thread-safe. The fake in tests/coordinator/dispatch drives the simulator.
class JobFiles {
 public:
  virtual ~JobFiles() = default;

  // Reads the recipe and the headers, validates all steps and plans all units.
  // InvalidArgument / NotFound / FailedPrecondition with the one line the user
  // sees; ResourceExhausted when output and workspace exceed the free space.
  // Publishes source manifests as artifacts.
  virtual absl::StatusOr<JobPlan> Prepare(const RecipeInput& recipe) = 0;

  // `result_identity` as in ResultIdentity(). Verifies a matching folder whole.
  virtual absl::StatusOr<OutputState> InspectOutput(
      const std::string& output_path, const std::string& result_identity) = 0;

  // For each action key the recorded result whose artifacts all exist.
  virtual std::vector<std::optional<UnitResult>> FindResults(
      const std::vector<std::string>& action_keys) = 0;

  // Makes `staging_folder` visible at `output_path` in one rename. An existing
  // output is replaced only if `replace`. Repeating a finished call is OK.
  virtual absl::Status Publish(const std::string& staging_folder,
                               const std::string& output_path,
                               bool replace) = 0;
  // Moves it to "<output_path>.rejected" instead (replacing an older rejected
  // model) and returns that path.
  virtual absl::StatusOr<std::string> Reject(
      const std::string& staging_folder, const std::string& output_path) = 0;
  // Removes staging folders and attempt files that a finished job left.
  virtual absl::Status CleanUp(const std::string& job_id,
                               const std::string& output_path) = 0;
};

}  // namespace decant

#endif  // DECANT_COORDINATOR_DISPATCH_JOB_FILES_H_
