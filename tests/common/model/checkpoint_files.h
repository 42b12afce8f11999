// Checkpoint folders with real headers, for tests that read models.
#ifndef DECANT_TESTS_COMMON_MODEL_CHECKPOINT_FILES_H_
#define DECANT_TESTS_COMMON_MODEL_CHECKPOINT_FILES_H_

#include <string>
#include <vector>

#include "common/base/files.h"
#include "common/base/json.h"
#include "common/model/model_config.h"
#include "common/tensor/safetensors_writer.h"
#include "gtest/gtest.h"

namespace decant {

// An empty folder of that name, fresh in every run.
inline std::string FreshFolder(const std::string& name) {
  const std::string folder =
      JoinPath(::testing::TempDir(), "decant_model_" + name);
  EXPECT_TRUE(RemoveAll(folder).ok());
  EXPECT_TRUE(MakeFolders(folder).ok());
  return folder;
}

inline Json TinyDenseConfig() {
  return Json{{"model_type", "qwen3"},
              {"architectures", {"Qwen3ForCausalLM"}},
              {"vocab_size", 32},
              {"hidden_size", 8},
              {"intermediate_size", 12},
              {"num_hidden_layers", 2},
              {"num_attention_heads", 4},
              {"num_key_value_heads", 2},
              {"head_dim", 6},
              {"tie_word_embeddings", true},
              {"torch_dtype", "bfloat16"}};
}

// Layer 1 is dense, layers 0 and 2 are sparse.
inline Json TinyMoeConfig() {
  return Json{{"model_type", "qwen3_moe"},
              {"architectures", {"Qwen3MoeForCausalLM"}},
              {"vocab_size", 32},
              {"hidden_size", 8},
              {"intermediate_size", 12},
              {"num_hidden_layers", 3},
              {"num_attention_heads", 4},
              {"num_key_value_heads", 2},
              {"head_dim", 6},
              {"tie_word_embeddings", false},
              {"num_experts", 4},
              {"num_experts_per_tok", 2},
              {"moe_intermediate_size", 5},
              {"norm_topk_prob", true},
              {"mlp_only_layers", {1}},
              {"torch_dtype", "float32"}};
}

inline ModelConfig ParsedConfig(const Json& json) {
  const absl::StatusOr<ModelConfig> config =
      ParseModelConfig(json.dump(), "config.json");
  EXPECT_TRUE(config.ok()) << config.status();
  return config.ok() ? *config : ModelConfig();
}

// Writes config.json and one safetensors file; tensor data is holes (zeros).
inline void WriteCheckpoint(const std::string& folder, const Json& config,
                            const std::vector<TensorSpec>& tensors) {
  ASSERT_TRUE(
      WriteFileAtomically(JoinPath(folder, kConfigName), config.dump()).ok());
  absl::StatusOr<SafetensorsWriter> writer =
      SafetensorsWriter::Create(JoinPath(folder, "model.safetensors"), tensors);
  ASSERT_TRUE(writer.ok()) << writer.status();
  for (const TensorInfo& tensor : writer->tensors()) {
    const std::string zeros(static_cast<size_t>(tensor.size_bytes), '\0');
    ASSERT_TRUE(
        writer->Write(tensor.name, zeros.data(), tensor.size_bytes).ok());
  }
  ASSERT_TRUE(writer->Finish().ok());
}

}  // namespace decant

#endif  // DECANT_TESTS_COMMON_MODEL_CHECKPOINT_FILES_H_
