// JobFiles in memory: plans by recipe text, results by action key, outputs by
// path. Behaves as the real one promises, crash-repeatable calls included.
#ifndef DECANT_TESTS_COORDINATOR_DISPATCH_FAKE_JOB_FILES_H_
#define DECANT_TESTS_COORDINATOR_DISPATCH_FAKE_JOB_FILES_H_

#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "coordinator/dispatch/job_files.h"

namespace decant {

class FakeJobFiles final : public JobFiles {
 public:
  absl::StatusOr<JobPlan> Prepare(const RecipeInput& recipe) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto plan = plans.find(recipe.text);
    if (plan != plans.end()) return plan->second;
    return absl::InvalidArgumentError(
        absl::StrCat(recipe.path, ":1: no such recipe"));
  }

  absl::StatusOr<OutputState> InspectOutput(
      const std::string& output_path,
      const std::string& result_identity) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto output = outputs.find(output_path);
    if (output == outputs.end()) return OutputState::kFree;
    return output->second == result_identity ? OutputState::kPublished
                                             : OutputState::kOther;
  }

  std::vector<std::optional<UnitResult>> FindResults(
      const std::vector<std::string>& action_keys) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    std::vector<std::optional<UnitResult>> found;
    for (const std::string& key : action_keys) {
      found.emplace_back();
      const auto result = results.find(key);
      if (result != results.end() && AllExist(result->second)) {
        found.back() = result->second;
      }
    }
    num_lookups += action_keys.size();
    return found;
  }

  absl::Status Publish(const std::string& staging_folder,
                       const std::string& output_path, bool replace) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    ++num_publishes;
    if (!publish_error.ok()) return publish_error;
    const auto staged = staging.find(staging_folder);
    if (staged == staging.end()) {
      return outputs.count(output_path) > 0
                 ? absl::OkStatus()
                 : absl::NotFoundError(absl::StrCat(staging_folder, " gone"));
    }
    if (outputs.count(output_path) > 0 && !replace) {
      return absl::AlreadyExistsError(output_path);
    }
    outputs[output_path] = staged->second;
    staging.erase(staged);
    return absl::OkStatus();
  }

  absl::StatusOr<std::string> Reject(const std::string& staging_folder,
                                     const std::string& output_path) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    staging.erase(staging_folder);
    return absl::StrCat(output_path, ".rejected");
  }

  absl::Status CleanUp(const std::string& job_id,
                       const std::string& output_path) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    staging.erase(StagingFolder(output_path));
    cleaned.insert(job_id);
    return absl::OkStatus();
  }

  static std::string StagingFolder(const std::string& output_path) {
    return absl::StrCat(output_path, ".partial");
  }

  // The fake's world. Tests with threads do not touch it while they run.
  std::map<std::string, JobPlan> plans;        // By recipe text.
  std::map<std::string, UnitResult> results;   // By action key.
  std::set<std::string> lost;                  // Digests that are gone.
  std::map<std::string, std::string> staging;  // Folder -> result identity.
  std::map<std::string, std::string> outputs;  // Path -> result identity.
  std::set<std::string> cleaned;               // Job ids.
  absl::Status publish_error;
  size_t num_lookups = 0;
  int num_publishes = 0;

 private:
  bool AllExist(const UnitResult& result) const {
    for (const auto& [name, artifact] : result.outputs) {
      if (lost.count(artifact.digest) > 0) return false;
    }
    return true;
  }

  std::mutex mutex_;
};

}  // namespace decant

#endif  // DECANT_TESTS_COORDINATOR_DISPATCH_FAKE_JOB_FILES_H_
