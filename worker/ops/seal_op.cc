#include "worker/ops/seal_op.h"

#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/artifact/finished_model.h"
#include "common/base/files.h"
#include "common/base/status_macros.h"
#include "common/model/model.h"
#include "common/model/model_config.h"
#include "common/ops/seal_params.h"
#include "common/tensor/shard_layout.h"
#include "common/unit/result_identity.h"
#include "worker/ops/model_card.h"
#include "worker/ops/model_comparison.h"
#include "worker/ops/staging_folder.h"

namespace decant {
namespace {

constexpr char kRecipeFile[] = "recipe.yaml";
constexpr char kCardFile[] = "README.md";
constexpr char kTokenizerFile[] = "tokenizer.json";

// What a model folder holds beside weights and config.json, byte for byte the
// student's where it has them.
constexpr const char* kCarriedFiles[] = {kTokenizerFile,
                                         "tokenizer_config.json",
                                         "special_tokens_map.json",
                                         "tokenizer.model",
                                         "added_tokens.json",
                                         "merges.txt",
                                         "vocab.json",
                                         "chat_template.jinja",
                                         "chat_template.json",
                                         "generation_config.json"};

// As people read JSON files of model repositories.
std::string Pretty(const Json& json) { return json.dump(2) + "\n"; }

absl::Status CheckOutputPath(const SealParams& params, const OpContext& context,
                             const Checkpoint& student) {
  const std::string output = AbsolutePath(params.output_path);
  for (const std::string& folder :
       {student.folder(), context.order().workspace}) {
    if (folder.empty() || !IsBeneath(output, AbsolutePath(folder))) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("output path ", output, " lies inside ", folder,
                     "; choose one outside the sources and the workspace"));
  }
  return absl::OkStatus();
}

absl::Status LinkShards(OpContext& context, const SealParams& params,
                        StagingFolder& staging) {
  for (size_t i = 0; i < params.files.size(); ++i) {
    RETURN_IF_ERROR(context.CheckCancelled());
    ASSIGN_OR_RETURN(const std::string path,
                     context.InputPath(absl::StrCat("shard.", i)));
    RETURN_IF_ERROR(staging.Link(path, params.files[i]));
  }
  return absl::OkStatus();
}

// model.safetensors.index.json; a model of one file has none.
absl::Status WriteIndex(const SealParams& params, StagingFolder& staging) {
  if (params.files.size() < 2) return absl::OkStatus();
  Json weight_map = Json::object();
  int64_t total_size = 0;
  for (const std::string& file : params.files) {
    ASSIGN_OR_RETURN(const SafetensorsReader reader,
                     SafetensorsReader::Open(JoinPath(staging.path(), file)));
    for (const TensorInfo& info : reader.header().tensors) {
      if (weight_map.contains(info.name)) {
        return absl::InvalidArgumentError(absl::StrCat(
            "tensor ", info.name, " is in two shards: ",
            weight_map[info.name].get<std::string>(), " and ", file));
      }
      weight_map[info.name] = file;
      total_size += info.size_bytes;
    }
  }
  return staging.Write(kWeightsIndexFile,
                       Pretty({{"metadata", {{"total_size", total_size}}},
                               {"weight_map", std::move(weight_map)}}));
}

absl::Status CopyCarriedFiles(const Checkpoint& student,
                              StagingFolder& staging) {
  for (const char* name : kCarriedFiles) {
    const std::string source = JoinPath(student.folder(), name);
    if (!FileExists(source)) continue;
    RETURN_IF_ERROR(staging.Copy(source, name));
  }
  return absl::OkStatus();
}

absl::Status CheckMadeTensors(const SealParams& params,
                              const std::vector<TensorChange>& changes) {
  std::set<std::string> made(params.made_tensors.begin(),
                             params.made_tensors.end());
  for (const TensorChange& change : changes) {
    if (made.erase(change.name) == 0) continue;
    if (change.comparison.nonfinite_elements > 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("tensor ", change.name, " holds ",
                       change.comparison.nonfinite_elements,
                       " values that are NaN or infinite"));
    }
    if (change.is_all_zero) {
      return absl::InvalidArgumentError(absl::StrCat(
          "tensor ", change.name, " became all zero; the student's is not"));
    }
  }
  if (made.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("tensor ", *made.begin(),
                   " was to be made but is in none of the shards"));
}

absl::Status WriteCard(const OpContext& context, const SealParams& params,
                       const Checkpoint& student,
                       const std::vector<TensorChange>& changes,
                       StagingFolder& staging) {
  CardFacts facts;
  facts.name = params.name;
  facts.base_model = BaseName(student.folder());
  const auto teacher = context.order().sources.find("teacher");
  if (teacher != context.order().sources.end()) {
    facts.teacher_model = BaseName(teacher->second.path);
  }
  facts.result_identity =
      ResultIdentity(params.recipe_identity, context.order().numerics_class);
  facts.has_tokenizer = FileExists(JoinPath(staging.path(), kTokenizerFile));
  return staging.Write(kCardFile, WriteModelCard(facts, changes));
}

// decant.json, last: a folder that has one is complete.
absl::Status WriteRecord(const OpContext& context, const SealParams& params,
                         const std::vector<TensorChange>& changes,
                         StagingFolder& staging) {
  const std::string& numerics_class = context.order().numerics_class;
  FinishedModel model;
  model.result_identity =
      ResultIdentity(params.recipe_identity, numerics_class);
  model.provenance = {{"name", params.name},
                      {"numerics_class", numerics_class},
                      {"provenance", params.provenance}};
  for (const TensorChange& change : changes) {
    model.tensors[change.name] = {change.dtype, change.shape, change.digest};
  }
  const std::set<std::string> shards(params.files.begin(), params.files.end());
  ASSIGN_OR_RETURN(const std::vector<std::string> names,
                   ListFolder(staging.path()));
  for (const std::string& name : names) {
    if (shards.contains(name)) continue;
    ASSIGN_OR_RETURN(model.files[name],
                     FileDigest(JoinPath(staging.path(), name)));
  }
  return staging.Write(kFinishedModelFile, Pretty(model.ToJson()));
}

class SealOp : public Op {
 public:
  absl::string_view name() const override { return kSealOp; }
  int64_t version() const override { return kSealVersion; }

  absl::StatusOr<UnitResult> Run(OpContext& context,
                                 const Json& json) override {
    ASSIGN_OR_RETURN(const SealParams params, SealParams::FromJson(json));
    ASSIGN_OR_RETURN(const std::shared_ptr<const Checkpoint> student,
                     context.Source("student"));
    RETURN_IF_ERROR(CheckOutputPath(params, context, *student));
    ASSIGN_OR_RETURN(StagingFolder staging,
                     StagingFolder::Create(StagingFolderPath(
                         params.output_path, context.order().job_id,
                         context.order().epoch)));
    RETURN_IF_ERROR(Fill(context, params, *student, staging));

    ASSIGN_OR_RETURN(const std::vector<TensorChange> changes,
                     Prove(context, params, *student, staging));
    RETURN_IF_ERROR(WriteCard(context, params, *student, changes, staging));
    RETURN_IF_ERROR(WriteRecord(context, params, changes, staging));
    RETURN_IF_ERROR(staging.Sync());

    RETURN_IF_ERROR(
        context.PublishBytes("report", CanonicalJson(ReportChanges(changes)))
            .status());
    Json summary = SummariseChanges(changes);
    summary["staging_folder"] = staging.path();
    return context.Result(std::move(summary));
  }

 private:
  static absl::Status Fill(OpContext& context, const SealParams& params,
                           const Checkpoint& student, StagingFolder& staging) {
    RETURN_IF_ERROR(LinkShards(context, params, staging));
    RETURN_IF_ERROR(WriteIndex(params, staging));
    RETURN_IF_ERROR(staging.Write(kConfigName, Pretty(params.config)));
    RETURN_IF_ERROR(CopyCarriedFiles(student, staging));
    return staging.Write(kRecipeFile, params.recipe_text);
  }

  // Opens the folder as any user of it would, which checks every name and
  // shape against the family, and compares what it holds.
  static absl::StatusOr<std::vector<TensorChange>> Prove(
      OpContext& context, const SealParams& params, const Checkpoint& student,
      const StagingFolder& staging) {
    ASSIGN_OR_RETURN(const std::unique_ptr<Model> made,
                     Model::Open(staging.path()));
    CompareOptions options;
    options.threads = context.threads();
    options.check_cancelled = [&context] { return context.CheckCancelled(); };
    options.progress = [&context](int64_t done, int64_t total) {
      context.Progress(done, total);
    };
    ASSIGN_OR_RETURN(std::vector<TensorChange> changes,
                     CompareModels(*made, student, options));
    RETURN_IF_ERROR(CheckMadeTensors(params, changes));
    return changes;
  }
};

}  // namespace

std::unique_ptr<Op> MakeSealOp() { return std::make_unique<SealOp>(); }

}  // namespace decant
