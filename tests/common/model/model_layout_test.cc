#include "common/model/model_layout.h"

#include <algorithm>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/common/model/checkpoint_files.h"

namespace decant {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

Json Published(const std::string& family, int64_t layers, int64_t hidden,
               int64_t heads, int64_t kv_heads) {
  return Json{{"model_type", family},
              {"vocab_size", 151936},
              {"hidden_size", hidden},
              {"num_hidden_layers", layers},
              {"num_attention_heads", heads},
              {"num_key_value_heads", kv_heads},
              {"head_dim", 128},
              {"torch_dtype", "bfloat16"}};
}

ModelLayout Predicted(const Json& json) {
  const absl::StatusOr<ModelLayout> layout =
      ModelLayout::Predict(ParsedConfig(json), DType::kBF16);
  EXPECT_TRUE(layout.ok()) << layout.status();
  return *layout;
}

// The tensors of a complete checkpoint of `json`.
std::vector<TensorInfo> Infos(const Json& json) {
  std::vector<TensorInfo> infos;
  const ModelLayout layout = Predicted(json);
  for (const RoledTensor& tensor : layout.tensors()) {
    infos.push_back(
        {.name = tensor.name, .dtype = DType::kBF16, .shape = tensor.shape});
  }
  return infos;
}

TensorInfo& Named(std::vector<TensorInfo>& infos, const std::string& name) {
  return *std::find_if(infos.begin(), infos.end(), [&](const TensorInfo& info) {
    return info.name == name;
  });
}

std::string MatchError(const Json& json, const std::vector<TensorInfo>& infos) {
  const absl::Status status =
      ModelLayout::Match(ParsedConfig(json), infos, "/ckpt").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  return std::string(status.message());
}

// Parameter counts of the published models, from the formulas of their cards.
TEST(ModelLayoutTest, CountsTheParametersOfQwen3_4B) {
  Json json = Published("qwen3", 36, 2560, 32, 8);
  json["intermediate_size"] = 9728;
  json["tie_word_embeddings"] = true;
  EXPECT_EQ(Predicted(json).NumParameters(), 4'022'468'096);
  EXPECT_EQ(Predicted(json).TotalBytes(), 2 * 4'022'468'096);
}

TEST(ModelLayoutTest, CountsTheParametersOfQwen3Coder30B) {
  Json json = Published("qwen3_moe", 48, 2048, 32, 4);
  json["num_experts"] = 128;
  json["num_experts_per_tok"] = 8;
  json["moe_intermediate_size"] = 768;
  EXPECT_EQ(Predicted(json).NumParameters(), 30'532'122'624);
}

TEST(ModelLayoutTest, CountsTheParametersOfQwen3Coder480B) {
  Json json = Published("qwen3_moe", 62, 6144, 96, 8);
  json["num_experts"] = 160;
  json["num_experts_per_tok"] = 8;
  json["moe_intermediate_size"] = 2560;
  const ModelLayout layout = Predicted(json);
  EXPECT_EQ(layout.NumParameters(), 480'154'875'392);
  EXPECT_EQ(layout.tensors().size(), 3u + 62 * (8 + 1 + 160 * 3));
}

TEST(ModelLayoutTest, FindsTensorsByRoleAndName) {
  const ModelLayout layout = Predicted(TinyMoeConfig());

  ASSERT_NE(layout.Find(TensorRole::kEmbedding), nullptr);
  EXPECT_EQ(layout.Find(TensorRole::kEmbedding)->name,
            "model.embed_tokens.weight");
  EXPECT_EQ(layout.Find(TensorRole::kExpertUp, 2, 3)->name,
            "model.layers.2.mlp.experts.3.up_proj.weight");
  EXPECT_EQ(layout.Find(TensorRole::kFfnGate, 1)->shape,
            (std::vector<int64_t>{12, 8}));
  EXPECT_EQ(layout.Find(TensorRole::kRouter, 1), nullptr);
  EXPECT_EQ(layout.Find(TensorRole::kExpertUp, 0, 4), nullptr);
  EXPECT_EQ(layout.FindByName("lm_head.weight")->role, TensorRole::kHead);
  EXPECT_EQ(layout.FindByName("nope"), nullptr);
}

TEST(ModelLayoutTest, KnowsWhichLayersAreSparse) {
  const ModelLayout layout = Predicted(TinyMoeConfig());
  EXPECT_TRUE(layout.is_sparse(0));
  EXPECT_FALSE(layout.is_sparse(1));
  EXPECT_TRUE(layout.is_sparse(2));
  EXPECT_FALSE(layout.is_sparse(3));
  EXPECT_FALSE(layout.is_sparse(-1));
}

TEST(ModelLayoutTest, AddressesTheExpertsOfALayer) {
  const ModelLayout layout = Predicted(TinyMoeConfig());
  const absl::StatusOr<ExpertStack> stack =
      layout.Experts(2, ExpertKind::kDown);
  ASSERT_TRUE(stack.ok()) << stack.status();
  EXPECT_EQ(stack->name_template,
            "model.layers.2.mlp.experts.{e}.down_proj.weight");
  EXPECT_FALSE(layout.Experts(1, ExpertKind::kDown).ok());
}

TEST(ModelLayoutTest, MatchTakesDtypesFromTheFile) {
  std::vector<TensorInfo> infos = Infos(TinyDenseConfig());
  Named(infos, "model.norm.weight").dtype = DType::kF32;

  const absl::StatusOr<ModelLayout> layout =
      ModelLayout::Match(ParsedConfig(TinyDenseConfig()), infos, "/ckpt");

  ASSERT_TRUE(layout.ok()) << layout.status();
  EXPECT_EQ(layout->FindByName("model.norm.weight")->dtype, DType::kF32);
  EXPECT_EQ(layout->Find(TensorRole::kEmbedding)->dtype, DType::kBF16);
}

TEST(ModelLayoutTest, MissingTensorsAreNamedAndCounted) {
  std::vector<TensorInfo> infos = Infos(TinyDenseConfig());
  std::erase_if(infos, [](const TensorInfo& info) {
    return info.name.find("k_proj") != std::string::npos;
  });
  EXPECT_THAT(MatchError(TinyDenseConfig(), infos),
              HasSubstr("/ckpt: tensor 'model.layers.0.self_attn.k_proj.weight'"
                        " of shape [12, 8] is missing (and 1 more)"));
}

TEST(ModelLayoutTest, WrongShapeIsNamedWithBothShapes) {
  std::vector<TensorInfo> infos = Infos(TinyDenseConfig());
  Named(infos, "model.layers.1.mlp.down_proj.weight").shape = {8, 13};
  EXPECT_THAT(
      MatchError(TinyDenseConfig(), infos),
      AllOf(HasSubstr("/ckpt: tensor 'model.layers.1.mlp.down_proj.weight'"),
            HasSubstr("expected shape [8, 12]"), HasSubstr("found [8, 13]")));
}

TEST(ModelLayoutTest, UnknownTensorsAreRefused) {
  std::vector<TensorInfo> infos = Infos(TinyDenseConfig());
  infos.push_back(
      {.name = "score.weight", .dtype = DType::kBF16, .shape = {2, 8}});
  EXPECT_THAT(MatchError(TinyDenseConfig(), infos),
              HasSubstr("tensor 'score.weight' [2, 8] is not part of a qwen3"));
}

TEST(ModelLayoutTest, OnlyPlainFloatsAreRead) {
  for (const DType dtype : {DType::kI8, DType::kF8E4M3, DType::kF64}) {
    std::vector<TensorInfo> infos = Infos(TinyDenseConfig());
    Named(infos, "model.norm.weight").dtype = dtype;
    EXPECT_THAT(MatchError(TinyDenseConfig(), infos),
                AllOf(HasSubstr("'model.norm.weight'"),
                      HasSubstr(std::string(DTypeName(dtype)))));
  }
}

TEST(ModelLayoutTest, IgnoredTensorsPassThroughUncounted) {
  std::vector<TensorInfo> infos = Infos(TinyDenseConfig());
  infos.push_back({.name = "model.layers.0.self_attn.rotary_emb.inv_freq",
                   .dtype = DType::kF32,
                   .shape = {3}});

  const absl::StatusOr<ModelLayout> layout =
      ModelLayout::Match(ParsedConfig(TinyDenseConfig()), infos, "/ckpt");

  ASSERT_TRUE(layout.ok()) << layout.status();
  EXPECT_EQ(layout->tensors().back().role, TensorRole::kPassThrough);
  EXPECT_EQ(layout->NumParameters(),
            Predicted(TinyDenseConfig()).NumParameters());
  EXPECT_EQ(layout->TotalBytes(),
            Predicted(TinyDenseConfig()).TotalBytes() + 12);
}

TEST(ModelLayoutTest, ATiedHeadInTheFileIsKnownButCountedOnce) {
  std::vector<TensorInfo> infos = Infos(TinyDenseConfig());
  infos.push_back(
      {.name = "lm_head.weight", .dtype = DType::kBF16, .shape = {32, 8}});

  const absl::StatusOr<ModelLayout> layout =
      ModelLayout::Match(ParsedConfig(TinyDenseConfig()), infos, "/ckpt");

  ASSERT_TRUE(layout.ok()) << layout.status();
  EXPECT_NE(layout->Find(TensorRole::kHead), nullptr);
  EXPECT_EQ(layout->NumParameters(),
            Predicted(TinyDenseConfig()).NumParameters());
}

TEST(ModelLayoutTest, AnUntiedModelNeedsItsHead) {
  std::vector<TensorInfo> infos = Infos(TinyMoeConfig());
  std::erase_if(infos, [](const TensorInfo& info) {
    return info.name == "lm_head.weight";
  });
  EXPECT_THAT(MatchError(TinyMoeConfig(), infos),
              HasSubstr("'lm_head.weight' of shape [32, 8] is missing;"));
}

}  // namespace
}  // namespace decant
