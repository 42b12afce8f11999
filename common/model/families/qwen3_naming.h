// Tensor names that Qwen3 and Qwen3-MoE share: all but the FFN.
#ifndef DECANT_COMMON_MODEL_FAMILIES_QWEN3_NAMING_H_
#define DECANT_COMMON_MODEL_FAMILIES_QWEN3_NAMING_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/model/family.h"

namespace decant::qwen3 {

// "model.layers.<layer>."
std::string LayerPrefix(int64_t layer);

// Shapes: V = vocabulary, H = hidden size, F = FFN width, hd = head_dim.

// embed_tokens [V, H].
void AppendEmbedding(const ModelConfig& config, std::vector<RoledTensor>& out);

// Both norms [H], q/k/v/o projections (biases with attention_bias) and the
// per-head norms of query and key [hd].
void AppendAttention(const ModelConfig& config, int64_t layer,
                     std::vector<RoledTensor>& out);

// gate_proj, up_proj [F, H], down_proj [H, F].
void AppendDenseFfn(const ModelConfig& config, int64_t layer,
                    std::vector<RoledTensor>& out);

// Final norm and lm_head [V, H]. A tied model has no head, yet some exporters
// write one: it is expected where `has` shows it.
void AppendHead(const ModelConfig& config, const HasTensor& has,
                std::vector<RoledTensor>& out);

// Rotary tables, which transformers before 4.32 stored as buffers.
bool IsIgnored(absl::string_view tensor_name);

}  // namespace decant::qwen3

#endif  // DECANT_COMMON_MODEL_FAMILIES_QWEN3_NAMING_H_
