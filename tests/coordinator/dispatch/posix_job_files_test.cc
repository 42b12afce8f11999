#include "coordinator/dispatch/posix_job_files.h"

#include "common/base/paths.h"
#include "common/model/model_layout.h"
#include "coordinator/plan/methods/builtin_methods.h"
#include "gmock/gmock.h"
#include "tests/common/base/temp_folder.h"
#include "tests/common/model/checkpoint_files.h"

namespace decant {
namespace {

using ::testing::HasSubstr;

constexpr char kRecipe[] =
    "name: tiny\nteacher: {path: teacher}\nstudent: {path: student}\n"
    "output: {path: out/model}\nsteps:\n  - method: moe-to-dense\n"
    "    experts: {count: 2}\n";

class PosixJobFilesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    RegisterBuiltinMethods(methods_);
    Json teacher = TinyMoeConfig();
    teacher["mlp_only_layers"] = Json::array();
    WriteModel("teacher", teacher);
    WriteModel("student", TinyDenseConfig());
    absl::StatusOr<ArtifactStore> store =
        ArtifactStore::Open(folder_.Path("workspace"));
    ASSERT_TRUE(store.ok()) << store.status();
    artifacts_.emplace(*std::move(store));
    files_.emplace(*artifacts_, methods_);
  }

  void WriteModel(const std::string& name, const Json& config) {
    ASSERT_TRUE(MakeFolders(folder_.Path(name)).ok());
    const auto layout =
        ModelLayout::Predict(ParsedConfig(config), ParsedConfig(config).dtype);
    ASSERT_TRUE(layout.ok()) << layout.status();
    std::vector<TensorSpec> specs;
    for (const RoledTensor& tensor : layout->tensors()) {
      specs.push_back({tensor.name, tensor.dtype, tensor.shape});
    }
    WriteCheckpoint(folder_.Path(name), config, specs);
  }

  absl::StatusOr<JobPlan> Prepare(
      const std::vector<std::string>& overrides = {}) {
    return files_->Prepare({.text = kRecipe,
                            .path = folder_.Path("recipe.yaml"),
                            .overrides = overrides});
  }

  TempFolder folder_;
  MethodRegistry methods_;
  std::optional<ArtifactStore> artifacts_;
  std::optional<PosixJobFiles> files_;
};

TEST_F(PosixJobFilesTest, PreparesAPlanAndStoresTheManifests) {
  const auto plan = Prepare();

  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_EQ(plan->output_path, folder_.Path("out/model"));
  const SourceRef& teacher = plan->sources.at("teacher");
  EXPECT_TRUE(artifacts_->Has(teacher.manifest));
  const auto manifest = artifacts_->Read(teacher.manifest);
  ASSERT_TRUE(manifest.ok());
  const auto parsed = ParseJson(*manifest, "manifest");
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(SourceManifest::FromJson(*parsed)->digest, teacher.fingerprint);
}

TEST_F(PosixJobFilesTest, TouchedTeacherIsAnotherIdentity) {
  const auto before = Prepare();
  WriteModel("teacher", [] {
    Json config = TinyMoeConfig();
    config["mlp_only_layers"] = Json::array();
    return config;
  }());

  const auto after = Prepare();

  ASSERT_TRUE(before.ok() && after.ok());
  EXPECT_NE(before->recipe_identity, after->recipe_identity);
}

TEST_F(PosixJobFilesTest, MissingTensorIsRefusedByName) {
  const auto layout =
      ModelLayout::Predict(ParsedConfig(TinyDenseConfig()), DType::kBF16);
  std::vector<TensorSpec> specs;
  for (const RoledTensor& tensor : layout->tensors()) {
    if (tensor.name == "model.norm.weight") continue;
    specs.push_back({tensor.name, tensor.dtype, tensor.shape});
  }
  WriteCheckpoint(folder_.Path("student"), TinyDenseConfig(), specs);

  const auto plan = Prepare();

  EXPECT_FALSE(plan.ok());
  EXPECT_THAT(plan.status().message(), HasSubstr("model.norm.weight"));
}

TEST_F(PosixJobFilesTest, FindsOnlyResultsWhoseArtifactsExist) {
  const auto ref = artifacts_->PublishBytes("bytes");
  ASSERT_TRUE(ref.ok());
  UnitResult kept{.outputs = {{"x", *ref}}};
  UnitResult lost{
      .outputs = {{"x", {.digest = std::string(32, 'a'), .size_bytes = 1}}}};
  const std::string kept_key(64, '1');
  const std::string lost_key(64, '2');
  ASSERT_TRUE(artifacts_->WriteResult(kept_key, kept.ToJson()).ok());
  ASSERT_TRUE(artifacts_->WriteResult(lost_key, lost.ToJson()).ok());

  const auto found =
      files_->FindResults({kept_key, lost_key, std::string(64, '3')});

  ASSERT_EQ(found.size(), 3u);
  ASSERT_TRUE(found[0].has_value());
  EXPECT_EQ(found[0]->outputs.at("x"), *ref);
  EXPECT_FALSE(found[1].has_value());
  EXPECT_FALSE(found[2].has_value());
}

TEST_F(PosixJobFilesTest, OutputIsFreeOrSomethingElse) {
  const std::string path = folder_.Path("out/model");

  EXPECT_EQ(*files_->InspectOutput(path, "id"), OutputState::kFree);
  ASSERT_TRUE(MakeFolders(path).ok());
  EXPECT_EQ(*files_->InspectOutput(path, "id"), OutputState::kOther);
}

TEST_F(PosixJobFilesTest, PublishesRejectsAndCleansUp) {
  const std::string output = folder_.Path("model");
  for (const char* tail : {".partial-j1-1", ".partial-j1-2", ".partial-j1-3"}) {
    ASSERT_TRUE(MakeFolders(output + tail).ok());
  }

  EXPECT_TRUE(files_->Publish(output + ".partial-j1-1", output, false).ok());
  EXPECT_TRUE(files_->Reject(output + ".partial-j1-2", output).ok());
  EXPECT_TRUE(files_->CleanUp("j1", output).ok());

  EXPECT_TRUE(IsFolder(output));
  EXPECT_TRUE(IsFolder(output + ".rejected"));
  EXPECT_FALSE(IsFolder(output + ".partial-j1-3"));
}

}  // namespace
}  // namespace decant
