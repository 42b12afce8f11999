#include "common/model/families/qwen3_naming.h"

#include <map>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/common/model/checkpoint_files.h"

namespace decant {
namespace {

bool NamingHasNothing(absl::string_view) { return false; }
bool HasAll(absl::string_view) { return true; }

TEST(Qwen3NamingTest, AttentionShapesUseHeadDimNotHiddenSize) {
  std::vector<RoledTensor> tensors;
  qwen3::AppendAttention(ParsedConfig(TinyDenseConfig()), 3, tensors);

  std::map<std::string, std::vector<int64_t>> shapes;
  for (const RoledTensor& tensor : tensors) {
    EXPECT_EQ(tensor.layer, 3);
    EXPECT_EQ(tensor.expert, -1);
    shapes[tensor.name] = tensor.shape;
  }
  const std::string prefix = "model.layers.3.";
  const std::map<std::string, std::vector<int64_t>> want = {
      {prefix + "input_layernorm.weight", {8}},
      {prefix + "post_attention_layernorm.weight", {8}},
      {prefix + "self_attn.q_proj.weight", {24, 8}},
      {prefix + "self_attn.k_proj.weight", {12, 8}},
      {prefix + "self_attn.v_proj.weight", {12, 8}},
      {prefix + "self_attn.o_proj.weight", {8, 24}},
      {prefix + "self_attn.q_norm.weight", {6}},
      {prefix + "self_attn.k_norm.weight", {6}},
  };
  EXPECT_EQ(shapes, want);
}

TEST(Qwen3NamingTest, BiasesAppearOnlyWhenTheConfigSaysSo) {
  ModelConfig config = ParsedConfig(TinyDenseConfig());
  config.attention_bias = true;
  std::vector<RoledTensor> tensors;
  qwen3::AppendAttention(config, 0, tensors);

  std::map<TensorRole, std::vector<int64_t>> biases;
  for (const RoledTensor& tensor : tensors) {
    if (tensor.name.find(".bias") != std::string::npos) {
      biases[tensor.role] = tensor.shape;
    }
  }
  const std::map<TensorRole, std::vector<int64_t>> want = {
      {TensorRole::kQueryBias, {24}},
      {TensorRole::kKeyBias, {12}},
      {TensorRole::kValueBias, {12}},
      {TensorRole::kAttentionOutputBias, {8}},
  };
  EXPECT_EQ(biases, want);
}

TEST(Qwen3NamingTest, TheHeadIsExpectedWhenUntiedOrPresent) {
  ModelConfig config = ParsedConfig(TinyDenseConfig());
  std::vector<RoledTensor> tied, tied_but_there, untied;
  qwen3::AppendHead(config, NamingHasNothing, tied);
  qwen3::AppendHead(config, HasAll, tied_but_there);
  config.tie_word_embeddings = false;
  qwen3::AppendHead(config, NamingHasNothing, untied);

  EXPECT_EQ(tied.size(), 1u);
  EXPECT_EQ(tied_but_there.size(), 2u);
  ASSERT_EQ(untied.size(), 2u);
  EXPECT_EQ(untied[1].name, "lm_head.weight");
}

TEST(Qwen3NamingTest, OnlyRotaryTablesAreIgnored) {
  EXPECT_TRUE(qwen3::IsIgnored("model.layers.7.self_attn.rotary_emb.inv_freq"));
  EXPECT_TRUE(qwen3::IsIgnored("model.rotary_emb.inv_freq"));
  EXPECT_FALSE(qwen3::IsIgnored("model.layers.7.self_attn.q_proj.weight_q"));
  EXPECT_FALSE(qwen3::IsIgnored("score.weight"));
}

}  // namespace
}  // namespace decant
