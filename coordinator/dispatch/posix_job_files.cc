#include "coordinator/dispatch/posix_job_files.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/artifact/finished_model.h"
#include "common/base/files.h"
#include "common/base/paths.h"
#include "common/base/status_macros.h"
#include "common/model/model.h"
#include "common/recipe/recipe.h"
#include "coordinator/dispatch/disk_space.h"
#include "coordinator/dispatch/publishing.h"
#include "coordinator/plan/job_planner.h"

namespace decant {
namespace {

constexpr int64_t kMaxTokenizerBytes = 256'000'000;

absl::StatusOr<SourceRef> RecordSource(const Model& model,
                                       ArtifactStore& artifacts) {
  const SourceManifest manifest = model.checkpoint().Manifest();
  SourceRef source{.path = model.checkpoint().folder(),
                   .fingerprint = manifest.digest};
  ASSIGN_OR_RETURN(source.manifest,
                   artifacts.PublishBytes(CanonicalJson(manifest.ToJson())));
  return source;
}

// Equal vocabulary size and tokenizer.json, byte for byte.
bool SameVocabulary(const Model& teacher, const Model& student) {
  if (teacher.config().vocab_size != student.config().vocab_size) return false;
  const auto read = [](const Model& model) {
    return ReadFile(JoinPath(model.checkpoint().folder(), "tokenizer.json"),
                    kMaxTokenizerBytes);
  };
  const absl::StatusOr<std::string> of_teacher = read(teacher);
  const absl::StatusOr<std::string> of_student = read(student);
  return of_teacher.ok() && of_student.ok() && *of_teacher == *of_student;
}

}  // namespace

absl::StatusOr<JobPlan> PosixJobFiles::Prepare(const RecipeInput& input) {
  ASSIGN_OR_RETURN(const Recipe recipe,
                   ParseRecipe(input.text, input.path, input.overrides));
  ASSIGN_OR_RETURN(const std::unique_ptr<Model> teacher,
                   Model::Open(recipe.teacher.path));
  ASSIGN_OR_RETURN(const std::unique_ptr<Model> student,
                   Model::Open(recipe.student.path));
  RETURN_IF_ERROR(student->CheckTiedHead());
  std::map<std::string, SourceRef> sources;
  ASSIGN_OR_RETURN(sources[kTeacherSource], RecordSource(*teacher, artifacts_));
  ASSIGN_OR_RETURN(sources[kStudentSource], RecordSource(*student, artifacts_));
  ASSIGN_OR_RETURN(
      JobPlan plan,
      PlanJob({.recipe = recipe,
               .teacher = teacher->layout(),
               .student = student->layout(),
               .sources = sources,
               .same_vocabulary = SameVocabulary(*teacher, *student)},
              methods_));
  DiskNeed need{.output_path = plan.output_path,
                .output_bytes = plan.details.value("output_bytes", int64_t{0}),
                .workspace = artifacts_.root()};
  for (const UnitSpec& unit : plan.units) {
    need.workspace_bytes += unit.cost.bytes_written;
  }
  RETURN_IF_ERROR(CheckDiskSpace(need));
  return plan;
}

absl::StatusOr<OutputState> PosixJobFiles::InspectOutput(
    const std::string& output_path, const std::string& result_identity) {
  if (!PathExists(output_path)) return OutputState::kFree;
  const absl::StatusOr<FinishedModel> finished =
      VerifyFinishedModel(output_path);
  if (!finished.ok() || finished->result_identity != result_identity) {
    return OutputState::kOther;
  }
  return OutputState::kPublished;
}

std::vector<std::optional<UnitResult>> PosixJobFiles::FindResults(
    const std::vector<std::string>& action_keys) {
  std::vector<std::optional<UnitResult>> results;
  results.reserve(action_keys.size());
  for (const std::string& key : action_keys) {
    results.emplace_back();
    const std::optional<Json> json = artifacts_.ReadResult(key);
    if (!json.has_value()) continue;
    absl::StatusOr<UnitResult> result = UnitResult::FromJson(*json);
    if (!result.ok()) continue;
    bool complete = true;
    for (const auto& [name, ref] : result->outputs) {
      complete = complete && artifacts_.Has(ref);
    }
    if (complete) results.back() = *std::move(result);
  }
  return results;
}

absl::Status PosixJobFiles::Publish(const std::string& staging_folder,
                                    const std::string& output_path,
                                    bool replace) {
  return PublishFolder(staging_folder, output_path, replace);
}

absl::StatusOr<std::string> PosixJobFiles::Reject(
    const std::string& staging_folder, const std::string& output_path) {
  return RejectFolder(staging_folder, output_path);
}

absl::Status PosixJobFiles::CleanUp(const std::string& job_id,
                                    const std::string& output_path) {
  RETURN_IF_ERROR(artifacts_.RemoveJobAttempts(job_id));
  return RemoveStagingFolders(job_id, output_path);
}

}  // namespace decant
