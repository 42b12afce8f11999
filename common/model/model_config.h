// config.json, checked and reduced to what Decant computes with.
#ifndef DECANT_COMMON_MODEL_MODEL_CONFIG_H_
#define DECANT_COMMON_MODEL_MODEL_CONFIG_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/base/json.h"
#include "common/tensor/dtype.h"

namespace decant {

inline constexpr char kConfigName[] = "config.json";

struct ModelConfig {
  std::string family;        // config.json's model_type: "qwen3_moe".
  std::string architecture;  // First of `architectures`, or the family's.
  int64_t num_layers = 0;
  int64_t hidden_size = 0;
  // Width of a dense FFN; 0 when the model has no dense layer and names none.
  int64_t intermediate_size = 0;
  int64_t vocab_size = 0;
  int64_t num_attention_heads = 0;
  int64_t num_kv_heads = 0;
  int64_t head_dim = 0;  // Independent of hidden_size / num_attention_heads.
  bool tie_word_embeddings = false;
  bool attention_bias = false;
  DType dtype = DType::kF32;  // Stated by the config; files may differ.

  int64_t num_experts = 0;  // 0: dense.
  int64_t experts_per_token = 0;
  int64_t moe_intermediate_size = 0;
  bool norm_topk_prob = false;
  std::vector<bool> sparse_layers;  // num_layers entries: is layer l MoE?

  Json raw = Json::object();  // config.json as it stands.
};

// Reads <folder>/config.json and lets the family named by its model_type parse
// it. Errors name the file and the key.
//
// NotFound         no such folder or file.
// InvalidArgument  not JSON; unknown model_type (the known ones are listed);
//                  a quantised checkpoint; a key missing, of the wrong type or
//                  out of range.
absl::StatusOr<ModelConfig> ReadModelConfig(absl::string_view folder);

// The same from the text of a config.json; `path` names it in errors.
absl::StatusOr<ModelConfig> ParseModelConfig(absl::string_view text,
                                             absl::string_view path);

}  // namespace decant

#endif  // DECANT_COMMON_MODEL_MODEL_CONFIG_H_
