#include "common/model/families/qwen3_naming.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace decant::qwen3 {
namespace {

constexpr char kHeadName[] = "lm_head.weight";

// Appends tensors of one layer (or of none).
class Appender {
 public:
  Appender(const ModelConfig& config, int64_t layer,
           std::vector<RoledTensor>& out)
      : dtype_(config.dtype), layer_(layer), out_(out) {}

  void Add(std::string name, TensorRole role, std::vector<int64_t> shape) {
    out_.push_back({.name = std::move(name),
                    .role = role,
                    .layer = layer_,
                    .shape = std::move(shape),
                    .dtype = dtype_});
  }

 private:
  const DType dtype_;
  const int64_t layer_;
  std::vector<RoledTensor>& out_;
};

}  // namespace

std::string LayerPrefix(int64_t layer) {
  return absl::StrCat("model.layers.", layer, ".");
}

void AppendEmbedding(const ModelConfig& config, std::vector<RoledTensor>& out) {
  Appender(config, -1, out)
      .Add("model.embed_tokens.weight", TensorRole::kEmbedding,
           {config.vocab_size, config.hidden_size});
}

void AppendAttention(const ModelConfig& config, int64_t layer,
                     std::vector<RoledTensor>& out) {
  const int64_t hidden = config.hidden_size;
  const int64_t query_rows = config.num_attention_heads * config.head_dim;
  const int64_t kv_rows = config.num_kv_heads * config.head_dim;
  const std::string prefix = LayerPrefix(layer);
  const std::string attention = prefix + "self_attn.";
  Appender append(config, layer, out);

  append.Add(prefix + "input_layernorm.weight", TensorRole::kInputNorm,
             {hidden});
  append.Add(attention + "q_proj.weight", TensorRole::kQuery,
             {query_rows, hidden});
  append.Add(attention + "k_proj.weight", TensorRole::kKey, {kv_rows, hidden});
  append.Add(attention + "v_proj.weight", TensorRole::kValue,
             {kv_rows, hidden});
  append.Add(attention + "o_proj.weight", TensorRole::kAttentionOutput,
             {hidden, query_rows});
  if (config.attention_bias) {
    append.Add(attention + "q_proj.bias", TensorRole::kQueryBias, {query_rows});
    append.Add(attention + "k_proj.bias", TensorRole::kKeyBias, {kv_rows});
    append.Add(attention + "v_proj.bias", TensorRole::kValueBias, {kv_rows});
    append.Add(attention + "o_proj.bias", TensorRole::kAttentionOutputBias,
               {hidden});
  }
  append.Add(attention + "q_norm.weight", TensorRole::kQueryNorm,
             {config.head_dim});
  append.Add(attention + "k_norm.weight", TensorRole::kKeyNorm,
             {config.head_dim});
  append.Add(prefix + "post_attention_layernorm.weight",
             TensorRole::kPostAttentionNorm, {hidden});
}

void AppendDenseFfn(const ModelConfig& config, int64_t layer,
                    std::vector<RoledTensor>& out) {
  const int64_t hidden = config.hidden_size;
  const int64_t width = config.intermediate_size;
  const std::string ffn = LayerPrefix(layer) + "mlp.";
  Appender append(config, layer, out);
  append.Add(ffn + "gate_proj.weight", TensorRole::kFfnGate, {width, hidden});
  append.Add(ffn + "up_proj.weight", TensorRole::kFfnUp, {width, hidden});
  append.Add(ffn + "down_proj.weight", TensorRole::kFfnDown, {hidden, width});
}

void AppendHead(const ModelConfig& config, const HasTensor& has,
                std::vector<RoledTensor>& out) {
  Appender append(config, -1, out);
  append.Add("model.norm.weight", TensorRole::kFinalNorm, {config.hidden_size});
  if (!config.tie_word_embeddings || has(kHeadName)) {
    append.Add(kHeadName, TensorRole::kHead,
               {config.vocab_size, config.hidden_size});
  }
}

bool IsIgnored(absl::string_view tensor_name) {
  return absl::StartsWith(tensor_name, "model.") &&
         absl::EndsWith(tensor_name, ".rotary_emb.inv_freq");
}

}  // namespace decant::qwen3
