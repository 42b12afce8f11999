#include "common/model/families/qwen3_moe.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/common/model/checkpoint_files.h"

namespace decant {
namespace {

using ::testing::HasSubstr;

bool MoeHasNothing(absl::string_view) { return false; }

// Layer 0 packed, layer 2 not.
bool HasPackedLayer0(absl::string_view name) {
  return name == "model.layers.0.mlp.experts.gate_up_proj" ||
         name == "model.layers.0.mlp.experts.down_proj";
}

ExpertStack Experts(const HasTensor& has, int64_t layer, ExpertKind kind) {
  const absl::StatusOr<ExpertStack> stack =
      Qwen3MoeFamily().Experts(ParsedConfig(TinyMoeConfig()), has, layer, kind);
  EXPECT_TRUE(stack.ok()) << stack.status();
  return stack.ok() ? *stack : ExpertStack();
}

TEST(Qwen3MoeFamilyTest, ReadsItsConfig) {
  const ModelConfig config = ParsedConfig(TinyMoeConfig());
  EXPECT_EQ(config.num_experts, 4);
  EXPECT_EQ(config.experts_per_token, 2);
  EXPECT_EQ(config.moe_intermediate_size, 5);
  EXPECT_TRUE(config.norm_topk_prob);
  EXPECT_EQ(config.sparse_layers, std::vector<bool>({true, false, true}));
}

TEST(Qwen3MoeFamilyTest, DefaultsAreThoseOfTransformers) {
  Json json = TinyMoeConfig();
  json.erase("norm_topk_prob");
  json.erase("head_dim");
  json.erase("mlp_only_layers");
  json.erase("intermediate_size");
  const ModelConfig config = ParsedConfig(json);
  EXPECT_FALSE(config.norm_topk_prob);
  EXPECT_EQ(config.head_dim, 2);
  EXPECT_EQ(config.intermediate_size, 0);
  EXPECT_EQ(config.sparse_layers, std::vector<bool>({true, true, true}));
}

TEST(Qwen3MoeFamilyTest, SparseStepCountsLayersFromOne) {
  Json json = TinyMoeConfig();
  json["num_hidden_layers"] = 6;
  json["mlp_only_layers"] = {3};
  json["decoder_sparse_step"] = 2;
  EXPECT_EQ(ParsedConfig(json).sparse_layers,
            std::vector<bool>({false, true, false, false, false, true}));
}

TEST(Qwen3MoeFamilyTest, BothKeysOfTheExpertCountAreRead) {
  Json json = TinyMoeConfig();
  json["num_local_experts"] = 4;
  EXPECT_EQ(ParsedConfig(json).num_experts, 4);
  json.erase("num_experts");
  EXPECT_EQ(ParsedConfig(json).num_experts, 4);
}

TEST(Qwen3MoeFamilyTest, WithoutExpertsEveryLayerIsDense) {
  Json json = TinyMoeConfig();
  json["num_experts"] = 0;
  EXPECT_EQ(ParsedConfig(json).sparse_layers,
            std::vector<bool>({false, false, false}));
}

TEST(Qwen3MoeFamilyTest, RefusesBadValues) {
  struct Case {
    const char* key;
    Json value;
    const char* want;
  };
  const Case kCases[] = {
      {"num_experts", nullptr, "num_experts: missing"},
      {"num_experts", -1, "num_experts: -1 is out of range"},
      {"num_local_experts", 5, "num_experts: differs from num_local_experts"},
      {"num_experts_per_tok", 5, "num_experts_per_tok: 5 is out of range"},
      {"moe_intermediate_size", nullptr, "moe_intermediate_size: missing"},
      {"intermediate_size", nullptr, "intermediate_size: missing"},
      {"decoder_sparse_step", 0, "decoder_sparse_step: 0"},
      {"mlp_only_layers", {3}, "mlp_only_layers: 3 is out of range [0, 2]"},
      {"mlp_only_layers", 1, "mlp_only_layers: expected a list"},
      {"norm_topk_prob", 1, "norm_topk_prob: expected true or false, got 1"},
  };
  for (const Case& c : kCases) {
    Json json = TinyMoeConfig();
    json[c.key] = c.value;
    const absl::Status status =
        Qwen3MoeFamily().ParseConfig(json, "c.json").status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << c.want;
    EXPECT_THAT(std::string(status.message()), HasSubstr(c.want));
  }
}

TEST(Qwen3MoeFamilyTest, RefusesAnAbsurdNumberOfExpertsInAll) {
  Json json = TinyMoeConfig();
  json["num_hidden_layers"] = 4096;
  json["num_experts"] = 4096;
  const absl::Status status =
      Qwen3MoeFamily().ParseConfig(json, "c.json").status();
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("experts over all layers"));
}

TEST(Qwen3MoeFamilyTest, ExpectsTheLayoutThatIsThere) {
  const ModelConfig config = ParsedConfig(TinyMoeConfig());
  const std::vector<RoledTensor> separate =
      Qwen3MoeFamily().ExpectedTensors(config, MoeHasNothing);
  const std::vector<RoledTensor> mixed =
      Qwen3MoeFamily().ExpectedTensors(config, HasPackedLayer0);

  EXPECT_EQ(separate.size(), 3u + 3 * 8 + 3 + 2 * (1 + 4 * 3));
  EXPECT_EQ(mixed.size(), separate.size() - 4 * 3 + 2);
  EXPECT_EQ(mixed[9].name, "model.layers.0.mlp.gate.weight");
  EXPECT_EQ(mixed[10].role, TensorRole::kExpertGateUpPacked);
  EXPECT_EQ(mixed[10].shape, (std::vector<int64_t>{4, 10, 8}));
  EXPECT_EQ(mixed[11].role, TensorRole::kExpertDownPacked);
  EXPECT_EQ(mixed[11].shape, (std::vector<int64_t>{4, 8, 5}));
}

TEST(Qwen3MoeFamilyTest, AddressesSeparateExperts) {
  const ExpertStack up = Experts(MoeHasNothing, 2, ExpertKind::kUp);
  EXPECT_EQ(up.Slice(3).name, "model.layers.2.mlp.experts.3.up_proj.weight");
  EXPECT_EQ(up.Slice(3).first_row, 0);
  EXPECT_EQ(up.num_rows, 5);
  EXPECT_EQ(up.num_columns, 8);
  EXPECT_EQ(up.num_experts, 4);
}

TEST(Qwen3MoeFamilyTest, AddressesPackedExpertsGateRowsFirst) {
  const ExpertStack gate = Experts(HasPackedLayer0, 0, ExpertKind::kGate);
  const ExpertStack up = Experts(HasPackedLayer0, 0, ExpertKind::kUp);
  const ExpertStack down = Experts(HasPackedLayer0, 0, ExpertKind::kDown);

  EXPECT_EQ(gate.Slice(2).name, "model.layers.0.mlp.experts.gate_up_proj");
  EXPECT_EQ(gate.Slice(2).first_row, 20);
  EXPECT_EQ(up.Slice(2).first_row, 25);
  EXPECT_EQ(up.Slice(2).num_rows, 5);
  EXPECT_EQ(down.Slice(2).name, "model.layers.0.mlp.experts.down_proj");
  EXPECT_EQ(down.Slice(2).first_row, 16);
  EXPECT_EQ(down.Slice(2).num_rows, 8);
  EXPECT_EQ(down.num_columns, 5);
}

TEST(Qwen3MoeFamilyTest, DenseAndAbsentLayersHaveNoExperts) {
  for (const int64_t layer : {-1, 1, 3}) {
    EXPECT_EQ(Qwen3MoeFamily()
                  .Experts(ParsedConfig(TinyMoeConfig()), MoeHasNothing, layer,
                           ExpertKind::kUp)
                  .status()
                  .code(),
              absl::StatusCode::kInvalidArgument)
        << layer;
  }
}

}  // namespace
}  // namespace decant
