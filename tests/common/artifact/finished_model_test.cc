#include "common/artifact/finished_model.h"

#include <limits>
#include <string>
#include <vector>

#include "common/base/digest.h"
#include "common/tensor/tensor_scan.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/common/tensor/stored_tensor.h"

namespace decant {
namespace {

using ::testing::HasSubstr;

// A folder with two tensors and a config, sealed by a correct decant.json.
class FinishedModelTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = FreshTestFolder("model");
    Seal({{{"a", DType::kF32, {2}}, {1, 2}},
          {{"b", DType::kBF16, {1, 2}}, {3, 4}}});
  }

  void Seal(const std::vector<StoredTensor>& tensors) {
    WriteTensors(folder_, tensors);
    WriteText("config.json", "{}");
    FinishedModel model;
    model.result_identity = "abc";
    model.provenance["recipe"] = "verbatim";
    for (const StoredTensor& tensor : tensors) {
      const std::string bytes = EncodeAll(tensor);
      model.tensors[tensor.spec.name] = {tensor.spec.dtype, tensor.spec.shape,
                                         Xxh128Hex(bytes.data(), bytes.size())};
    }
    model.files["config.json"] = Xxh128Hex("{}", 2);
    WriteText("decant.json", CanonicalJson(model.ToJson()));
  }

  void WriteText(absl::string_view name, absl::string_view text) {
    ASSERT_TRUE(WriteFileAtomically(JoinPath(folder_, name), text).ok());
  }

  // Flips one bit of the file's last byte.
  void FlipLastByte(absl::string_view name) {
    std::string text = *ReadFile(JoinPath(folder_, name));
    text.back() = static_cast<char>(text.back() ^ 1);
    WriteText(name, text);
  }

  void ExpectRefused(absl::StatusCode code, const std::string& message) {
    const absl::Status status = VerifyFinishedModel(folder_).status();
    EXPECT_EQ(status.code(), code) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(message));
  }

  std::string folder_;
};

TEST_F(FinishedModelTest, AcceptsWhatWasSealed) {
  std::vector<int64_t> progress;

  const auto model =
      VerifyFinishedModel(folder_, [&](int64_t done, int64_t total) {
        EXPECT_EQ(total, 2);
        progress.push_back(done);
      });

  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_EQ(model->result_identity, "abc");
  EXPECT_EQ(model->provenance["recipe"], "verbatim");
  EXPECT_EQ(model->tensors.size(), 2u);
  EXPECT_EQ(progress, (std::vector<int64_t>{1, 2}));
}

TEST_F(FinishedModelTest, FindsAFlippedBitInATensor) {
  FlipLastByte("model.safetensors");

  ExpectRefused(absl::StatusCode::kDataLoss, "tensor 'b' has digest");
}

TEST_F(FinishedModelTest, NamesTheTensorThatIsNotFinite) {
  Seal({{{"a", DType::kF32, {2}},
         {1, std::numeric_limits<double>::infinity()}}});

  ExpectRefused(absl::StatusCode::kInvalidArgument,
                "tensor 'a': NaN or infinity at flat index 1");
}

TEST_F(FinishedModelTest, FindsMissingExtraAndReshapedTensors) {
  WriteTensors(folder_, {{{"a", DType::kF32, {2}}, {1, 2}}});
  ExpectRefused(absl::StatusCode::kDataLoss, "tensor 'b' is missing");

  WriteTensors(folder_, {{{"a", DType::kF32, {2}}, {1, 2}},
                         {{"b", DType::kBF16, {1, 2}}, {3, 4}},
                         {{"c", DType::kF32, {1}}, {1}}});
  ExpectRefused(absl::StatusCode::kDataLoss, "tensor 'c' is one too many");

  WriteTensors(folder_, {{{"a", DType::kF32, {2}}, {1, 2}},
                         {{"b", DType::kBF16, {2}}, {3, 4}}});
  ExpectRefused(absl::StatusCode::kDataLoss,
                "tensor 'b' is BF16 [2], not BF16 [1, 2]");
}

TEST_F(FinishedModelTest, FindsChangedMissingAndExtraFiles) {
  WriteText("notes.txt", "x");
  ExpectRefused(absl::StatusCode::kDataLoss,
                "file 'notes.txt' is one too many");
  ASSERT_TRUE(RemoveFile(JoinPath(folder_, "notes.txt")).ok());

  WriteText("config.json", "[]");
  ExpectRefused(absl::StatusCode::kDataLoss, "file 'config.json' has digest");

  ASSERT_TRUE(RemoveFile(JoinPath(folder_, "config.json")).ok());
  ExpectRefused(absl::StatusCode::kDataLoss, "file 'config.json' is missing");
}

TEST_F(FinishedModelTest, RefusesFoldersThatAreNoFinishedModels) {
  ASSERT_TRUE(RemoveFile(JoinPath(folder_, "decant.json")).ok());
  ExpectRefused(absl::StatusCode::kNotFound, "no decant.json");

  folder_ = JoinPath(folder_, "nowhere");
  ExpectRefused(absl::StatusCode::kNotFound, "no such folder");
}

TEST(FinishedModelFormatTest, RefusesMalformedRecords) {
  const struct {
    std::string text;
    std::string want;
  } kCases[] = {
      {R"([])", "m"},
      {R"({"format":1,"tensors":{},"files":{}})", "result_identity"},
      {R"({"format":2,"result_identity":"i","tensors":{},"files":{}})",
       "format 2 is newer"},
      {R"({"format":1,"result_identity":"i","tensors":[],"files":{}})",
       "tensors: expected an object"},
      {R"({"format":1,"result_identity":"i","tensors":{"x":{"dtype":"F99",
          "shape":[1],"digest":"d"}},"files":{}})",
       "F99"},
      {R"({"format":1,"result_identity":"i","tensors":{},
          "files":{"../x":"d"}})",
       "'../x' is no plain file name"},
      {R"({"format":1,"result_identity":"i","tensors":{},"files":{"x":1}})",
       "'x' needs a digest"},
  };
  for (const auto& c : kCases) {
    const auto json = ParseJson(c.text, "m");
    ASSERT_TRUE(json.ok());
    const absl::Status status = FinishedModel::FromJson(*json, "m").status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << c.text;
    EXPECT_THAT(std::string(status.message()), HasSubstr(c.want)) << c.text;
  }
}

TEST(FinishedModelFormatTest, SurvivesTheRoundTrip) {
  FinishedModel model;
  model.result_identity = "i";
  model.tensors["x"] = {DType::kF16, {3, 4}, "d"};
  model.files["config.json"] = "e";
  model.provenance["name"] = "n";

  const auto again = FinishedModel::FromJson(model.ToJson(), "m");

  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->ToJson(), model.ToJson());
}

}  // namespace
}  // namespace decant
