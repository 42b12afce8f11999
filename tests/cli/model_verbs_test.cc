#include <string>

#include "common/artifact/finished_model.h"
#include "common/base/digest.h"
#include "gmock/gmock.h"
#include "tests/cli/command_runner.h"
#include "tests/common/base/temp_folder.h"
#include "tests/common/tensor/stored_tensor.h"

namespace decant {
namespace {

using ::testing::HasSubstr;

class ModelVerbsTest : public testing::Test {
 protected:
  std::string Folder(const std::string& name,
                     const std::vector<StoredTensor>& tensors) {
    const std::string folder = temp_.Path(name);
    EXPECT_TRUE(MakeFolders(folder).ok());
    WriteTensors(folder, tensors);
    return folder;
  }
  TempFolder temp_;
};

TEST_F(ModelVerbsTest, DiffShowsWhatChanged) {
  const std::string a = Folder("a", {{{"x", DType::kF32, {2}}, {3, 4}},
                                     {{"y", DType::kF32, {1}}, {1}},
                                     {{"old", DType::kF32, {1}}, {1}}});
  const std::string b = Folder(
      "b", {{{"x", DType::kF32, {2}}, {3, 0}}, {{"y", DType::kF32, {1}}, {1}}});

  const Ended text = RunCommand({"diff", a, b, "--changed"});
  const Ended json = RunCommand({"diff", a, b, "-o", "json"});

  EXPECT_EQ(text.code, 0) << text.err;
  EXPECT_THAT(text.out, HasSubstr("50.0000 %"));
  EXPECT_THAT(text.out, HasSubstr("0.800000"));
  EXPECT_THAT(text.out, HasSubstr("only in the first"));
  EXPECT_THAT(text.out, HasSubstr("1 of 2 tensors changed"));
  EXPECT_EQ(text.out.find("\ny "), std::string::npos);
  EXPECT_EQ(json.json()["tensors_changed"], 1);
  EXPECT_EQ(json.json()["tensors_unlike"], 1);
  EXPECT_EQ(json.json()["tensors"].size(), 3u);
}

TEST_F(ModelVerbsTest, DiffSaysLoudlyThatNothingChanged) {
  const std::string a = Folder("a", {{{"x", DType::kF32, {2}}, {3, 4}}});

  EXPECT_THAT(RunCommand({"diff", a, a}).out,
              HasSubstr("NOTHING CHANGED: 0 of 1 tensors changed"));
}

TEST_F(ModelVerbsTest, VerifyAcceptsAndRefuses) {
  const std::string folder = Folder("m", {{{"x", DType::kF32, {1}}, {1}}});
  const float one = 1;
  FinishedModel model;
  model.result_identity = "identity";
  model.tensors["x"] = {DType::kF32, {1}, Xxh128Hex(&one, sizeof(one))};
  ASSERT_TRUE(WriteFileAtomically(JoinPath(folder, "decant.json"),
                                  CanonicalJson(model.ToJson()))
                  .ok());

  const Ended good = RunCommand({"verify", folder});
  WriteTensors(folder, {{{"x", DType::kF32, {1}}, {2}}});
  const Ended bad = RunCommand({"verify", folder});

  EXPECT_EQ(good.code, 0) << good.err;
  EXPECT_THAT(good.out, HasSubstr("identity"));
  EXPECT_EQ(bad.code, 1);
  EXPECT_THAT(bad.err, HasSubstr("tensor 'x' has digest"));
}

TEST_F(ModelVerbsTest, InspectNamesTheFamilyItDoesNotKnow) {
  const std::string folder = Folder("m", {{{"x", DType::kF32, {1}}, {1}}});
  ASSERT_TRUE(WriteFileAtomically(JoinPath(folder, "config.json"),
                                  R"({"model_type":"bert"})")
                  .ok());

  const Ended ended = RunCommand({"inspect", folder});

  EXPECT_EQ(ended.code, 2);
  EXPECT_THAT(ended.err, HasSubstr("bert"));
}

}  // namespace
}  // namespace decant
