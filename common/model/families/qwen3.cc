#include "common/model/families/qwen3.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/model/families/config_reader.h"
#include "common/model/families/decoder_config.h"
#include "common/model/families/qwen3_naming.h"

namespace decant {
namespace {

// Qwen3Config's own default, whatever hidden_size / num_attention_heads is.
constexpr int64_t kDefaultHeadDim = 128;

}  // namespace

absl::StatusOr<ModelConfig> Qwen3Family::ParseConfig(
    const Json& json, absl::string_view path) const {
  ConfigReader reader(json, path);
  ModelConfig config;
  config.family = std::string(name());
  config.architecture =
      reader.OptionalFirst("architectures", "Qwen3ForCausalLM");
  ReadDecoderConfig(reader, config);
  config.head_dim =
      reader.OptionalInt("head_dim", kDefaultHeadDim, 1, kMaxHeadDim);
  config.intermediate_size =
      reader.Int("intermediate_size", 1, kMaxIntermediateSize);
  RETURN_IF_ERROR(reader.status());
  config.sparse_layers.assign(static_cast<size_t>(config.num_layers), false);
  config.raw = json;
  return config;
}

std::vector<RoledTensor> Qwen3Family::ExpectedTensors(
    const ModelConfig& config, const HasTensor& has) const {
  std::vector<RoledTensor> tensors;
  qwen3::AppendEmbedding(config, tensors);
  for (int64_t layer = 0; layer < config.num_layers; ++layer) {
    qwen3::AppendAttention(config, layer, tensors);
    qwen3::AppendDenseFfn(config, layer, tensors);
  }
  qwen3::AppendHead(config, has, tensors);
  return tensors;
}

bool Qwen3Family::IsIgnored(absl::string_view tensor_name) const {
  return qwen3::IsIgnored(tensor_name);
}

absl::StatusOr<ExpertStack> Qwen3Family::Experts(const ModelConfig&,
                                                 const HasTensor&,
                                                 int64_t layer,
                                                 ExpertKind) const {
  return absl::InvalidArgumentError(absl::StrCat(
      "layer ", layer, " of a qwen3 model is dense: it has no experts"));
}

}  // namespace decant
