#include "common/model/families/qwen3.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/common/model/checkpoint_files.h"

namespace decant {
namespace {

using ::testing::HasSubstr;

bool HasNothing(absl::string_view) { return false; }

TEST(Qwen3FamilyTest, ReadsItsConfig) {
  const ModelConfig config = ParsedConfig(TinyDenseConfig());
  EXPECT_EQ(config.family, "qwen3");
  EXPECT_EQ(config.architecture, "Qwen3ForCausalLM");
  EXPECT_EQ(config.head_dim, 6);
  EXPECT_EQ(config.intermediate_size, 12);
  EXPECT_EQ(config.num_experts, 0);
  EXPECT_EQ(config.sparse_layers, std::vector<bool>({false, false}));
}

TEST(Qwen3FamilyTest, AbsentHeadDimIs128AsInTransformers) {
  Json json = TinyDenseConfig();
  json.erase("head_dim");
  EXPECT_EQ(ParsedConfig(json).head_dim, 128);
}

TEST(Qwen3FamilyTest, IntermediateSizeIsRequired) {
  Json json = TinyDenseConfig();
  json.erase("intermediate_size");
  const absl::Status status =
      Qwen3Family().ParseConfig(json, "c.json").status();
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("c.json: intermediate_size: missing"));
}

TEST(Qwen3FamilyTest, ExpectsTensorsInModelOrder) {
  const std::vector<RoledTensor> tensors = Qwen3Family().ExpectedTensors(
      ParsedConfig(TinyDenseConfig()), HasNothing);
  ASSERT_EQ(tensors.size(), 2u + 2 * (8 + 3));
  EXPECT_EQ(tensors.front().role, TensorRole::kEmbedding);
  EXPECT_EQ(tensors.back().role, TensorRole::kFinalNorm);
  EXPECT_EQ(tensors[11].name, "model.layers.0.mlp.down_proj.weight");
  EXPECT_EQ(tensors[11].shape, (std::vector<int64_t>{8, 12}));
}

TEST(Qwen3FamilyTest, HasNoExperts) {
  EXPECT_EQ(Qwen3Family()
                .Experts(ParsedConfig(TinyDenseConfig()), HasNothing, 0,
                         ExpertKind::kGate)
                .status()
                .code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace decant
