#include "worker/ops/seal_op.h"

#include <limits>
#include <map>
#include <memory>

#include "common/artifact/finished_model.h"
#include "common/ops/seal_params.h"
#include "common/unit/result_identity.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/worker/ops/fake_context.h"
#include "tests/worker/ops/made_model.h"

namespace decant {
namespace {

using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

constexpr char kTokenizer[] = "{\"not\":  \"reformatted\"}\r\n";

class SealOpTest : public testing::Test {
 protected:
  SealOpTest() {
    context_.AddSource("student", TinyStudentTensors());
    const std::string folder = context_.Path("student");
    EXPECT_THAT(
        WriteFileAtomically(JoinPath(folder, "tokenizer.json"), kTokenizer),
        IsOk());
    EXPECT_THAT(WriteFileAtomically(JoinPath(folder, "notes.txt"), "x"),
                IsOk());
    params_.name = "demo";
    params_.output_path = context_.Path("out/demo");
    params_.config = TinyDenseConfig();
    params_.recipe_text = "name: demo  # as written\n";
    params_.made_tensors = {kMadeTensor};
    params_.recipe_identity = "0123";
    params_.provenance = {{"warnings", Json::array()}};
  }

  void AddShards(const std::vector<NamedTensor>& tensors, size_t count) {
    params_.files.clear();
    for (size_t i = 0; i < count; ++i) {
      const size_t begin = tensors.size() * i / count;
      const size_t end = tensors.size() * (i + 1) / count;
      context_.AddInput(absl::StrCat("shard.", i),
                        {tensors.begin() + static_cast<int64_t>(begin),
                         tensors.begin() + static_cast<int64_t>(end)});
      params_.files.push_back(count == 1
                                  ? "model.safetensors"
                                  : absl::StrCat("model-", i, ".safetensors"));
    }
  }

  absl::StatusOr<UnitResult> Seal() {
    return MakeSealOp()->Run(context_, params_.ToJson());
  }
  std::string Staging() const {
    return context_.Path("out/demo.partial-j-test-1");
  }
  std::string Read(const std::string& name) const {
    return ValueOf(ReadFile(JoinPath(Staging(), name)));
  }

  FakeContext context_;
  SealParams params_;
};

TEST_F(SealOpTest, CompletesAFolderThatVerifies) {
  AddShards(TinyMadeTensors(), 1);

  const auto result = Seal();

  ASSERT_THAT(result, IsOk());
  EXPECT_EQ(result->summary["staging_folder"], Staging());
  EXPECT_EQ(result->summary["changed_elements"], 12);
  EXPECT_THAT(ValueOf(ListFolder(Staging())),
              UnorderedElementsAre("README.md", "config.json", "decant.json",
                                   "model.safetensors", "recipe.yaml",
                                   "tokenizer.json"));
  EXPECT_EQ(Read("recipe.yaml"), params_.recipe_text);
  EXPECT_EQ(Read("tokenizer.json"), kTokenizer);
  EXPECT_THAT(VerifyFinishedModel(Staging()), IsOk());
  const FinishedModel model = ValueOf(ReadFinishedModel(Staging()));
  EXPECT_EQ(model.result_identity, ResultIdentity("0123", "test-class"));
  EXPECT_EQ(model.provenance["name"], "demo");
  EXPECT_EQ(model.provenance["numerics_class"], "test-class");
  EXPECT_EQ(context_.OutputJson("report")["tensors"].size(),
            TinyMadeTensors().size());
}

TEST_F(SealOpTest, SeveralShardsGetAnIndex) {
  AddShards(TinyMadeTensors(), 3);

  ASSERT_THAT(Seal(), IsOk());

  const Json index =
      ValueOf(ParseJson(Read("model.safetensors.index.json"), "index"));
  int64_t bytes = 0;
  for (const NamedTensor& tensor : TinyMadeTensors()) {
    bytes += static_cast<int64_t>(tensor.tensor.nbytes());
    EXPECT_TRUE(index["weight_map"].contains(tensor.name)) << tensor.name;
  }
  EXPECT_EQ(index["metadata"]["total_size"], bytes);
  EXPECT_THAT(VerifyFinishedModel(Staging()), IsOk());
}

TEST_F(SealOpTest, FoldersOfDifferentAttemptsAreByteIdentical) {
  std::map<std::string, std::string> folders[2];
  for (const int64_t epoch : {1, 2}) {
    context_.mutable_order().epoch = epoch;
    context_.mutable_order().job_id = absl::StrCat("j-", epoch);
    context_.set_threads(static_cast<int>(epoch));
    AddShards(TinyMadeTensors(), 2);
    const auto result = Seal();
    ASSERT_THAT(result, IsOk());
    const std::string staging =
        result->summary["staging_folder"].get<std::string>();
    for (const std::string& name : ValueOf(ListFolder(staging))) {
      folders[epoch - 1][name] = ValueOf(ReadFile(JoinPath(staging, name)));
    }
  }
  EXPECT_EQ(folders[0], folders[1]);
}

TEST_F(SealOpTest, RepeatingTheAttemptStartsAfresh) {
  AddShards(TinyMadeTensors(), 1);
  ASSERT_THAT(Seal(), IsOk());
  ASSERT_THAT(WriteFileAtomically(JoinPath(Staging(), "stray"), "x"), IsOk());

  ASSERT_THAT(Seal(), IsOk());

  EXPECT_THAT(VerifyFinishedModel(Staging()), IsOk());
}

TEST_F(SealOpTest, RefusesMadeTensorsThatAreZeroNotFiniteOrMissing) {
  const auto with = [](double factor) {
    std::vector<NamedTensor> tensors = TinyMadeTensors();
    for (NamedTensor& tensor : tensors) {
      if (tensor.name == kMadeTensor) tensor.tensor.mul_(factor);
    }
    return tensors;
  };
  AddShards(with(0), 1);
  EXPECT_THAT(Seal(), Fails(absl::StatusCode::kInvalidArgument,
                            HasSubstr("became all zero")));
  AddShards(with(std::numeric_limits<double>::infinity()), 1);
  EXPECT_THAT(Seal(), Fails(absl::StatusCode::kInvalidArgument,
                            HasSubstr("96 values that are NaN or infinite")));
  AddShards(TinyMadeTensors(), 1);
  params_.made_tensors.push_back("model.layers.9.w");
  EXPECT_THAT(Seal(), Fails(absl::StatusCode::kInvalidArgument,
                            HasSubstr("model.layers.9.w")));
}

TEST_F(SealOpTest, RefusesAModelWithATensorTooFew) {
  std::vector<NamedTensor> tensors = TinyMadeTensors();
  tensors.erase(tensors.begin() + 3);
  AddShards(tensors, 1);

  EXPECT_FALSE(Seal().ok());
  EXPECT_FALSE(FileExists(JoinPath(Staging(), kFinishedModelFile)));
}

TEST_F(SealOpTest, RefusesOutputsInsideSourcesOrTheWorkspace) {
  AddShards(TinyMadeTensors(), 1);
  for (const std::string& inside :
       {context_.Path("student/out"), context_.Path("workspace/out")}) {
    params_.output_path = inside;
    EXPECT_THAT(Seal(), Fails(absl::StatusCode::kInvalidArgument,
                              HasSubstr("lies inside")));
  }
}

TEST_F(SealOpTest, AnOutputThatCannotBeWrittenIsNamed) {
  AddShards(TinyMadeTensors(), 1);
  params_.output_path = "/proc/decant-out";

  const absl::Status status = Seal().status();

  EXPECT_FALSE(status.ok());
  EXPECT_THAT(std::string(status.message()), HasSubstr("/proc/decant-out"));
}

}  // namespace
}  // namespace decant
