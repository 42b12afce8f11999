#include "common/model/families/qwen3_moe.h"

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

std::string ExpertsPrefix(int64_t layer) {
  return qwen3::LayerPrefix(layer) + "mlp.experts.";
}

// Packed tensors are parameters, not modules: no ".weight" behind them.
std::string PackedGateUpName(int64_t layer) {
  return ExpertsPrefix(layer) + "gate_up_proj";
}

std::string PackedDownName(int64_t layer) {
  return ExpertsPrefix(layer) + "down_proj";
}

absl::string_view ProjectionName(ExpertKind kind) {
  switch (kind) {
    case ExpertKind::kGate:
      return "gate_proj.weight";
    case ExpertKind::kUp:
      return "up_proj.weight";
    case ExpertKind::kDown:
      return "down_proj.weight";
  }
  return "";
}

TensorRole ExpertRole(ExpertKind kind) {
  switch (kind) {
    case ExpertKind::kGate:
      return TensorRole::kExpertGate;
    case ExpertKind::kUp:
      return TensorRole::kExpertUp;
    case ExpertKind::kDown:
      return TensorRole::kExpertDown;
  }
  return TensorRole::kPassThrough;
}

// Released configs say num_experts; transformers 5 may say num_local_experts.
int64_t ReadNumExperts(ConfigReader& reader) {
  const bool has_both =
      reader.Has("num_experts") && reader.Has("num_local_experts");
  const char* const key =
      reader.Has("num_local_experts") ? "num_local_experts" : "num_experts";
  const int64_t num_experts = reader.Int(key, 0, kMaxExpertsPerLayer);
  if (has_both &&
      reader.Int("num_experts", 0, kMaxExpertsPerLayer) != num_experts) {
    reader.Fail("num_experts", "differs from num_local_experts");
  }
  return num_experts;
}

// Layer l is sparse iff it is not listed in mlp_only_layers and (l + 1) is a
// multiple of decoder_sparse_step (Qwen3MoeDecoderLayer of transformers).
void ReadSparseLayers(ConfigReader& reader, ModelConfig& config) {
  const int64_t step =
      reader.OptionalInt("decoder_sparse_step", 1, 1, kMaxLayers);
  for (int64_t layer = 0; layer < config.num_layers; ++layer) {
    config.sparse_layers.push_back(config.num_experts > 0 &&
                                   (layer + 1) % step == 0);
  }
  for (const int64_t layer :
       reader.OptionalIntList("mlp_only_layers", 0, config.num_layers - 1)) {
    config.sparse_layers[static_cast<size_t>(layer)] = false;
  }
}

void ReadExperts(ConfigReader& reader, ModelConfig& config) {
  config.num_experts = ReadNumExperts(reader);
  ReadSparseLayers(reader, config);
  if (config.num_experts == 0) return;
  if (config.num_experts * config.num_layers > kMaxExpertsInAll) {
    reader.Fail("num_experts", absl::StrCat("more than ", kMaxExpertsInAll,
                                            " experts over all layers"));
  }
  config.experts_per_token =
      reader.Int("num_experts_per_tok", 1, config.num_experts);
  config.moe_intermediate_size =
      reader.Int("moe_intermediate_size", 1, kMaxIntermediateSize);
  config.norm_topk_prob = reader.OptionalBool("norm_topk_prob", false);
}

bool HasDenseLayer(const ModelConfig& config) {
  for (const bool is_sparse : config.sparse_layers) {
    if (!is_sparse) return true;
  }
  return false;
}

// One expert's matrix: gate and up [F, H], down [H, F].
std::vector<int64_t> ExpertShape(const ModelConfig& config, ExpertKind kind) {
  if (kind == ExpertKind::kDown) {
    return {config.hidden_size, config.moe_intermediate_size};
  }
  return {config.moe_intermediate_size, config.hidden_size};
}

void AppendPackedExperts(const ModelConfig& config, int64_t layer,
                         std::vector<RoledTensor>& out) {
  const int64_t hidden = config.hidden_size;
  const int64_t width = config.moe_intermediate_size;
  out.push_back({.name = PackedGateUpName(layer),
                 .role = TensorRole::kExpertGateUpPacked,
                 .layer = layer,
                 .shape = {config.num_experts, 2 * width, hidden},
                 .dtype = config.dtype});
  out.push_back({.name = PackedDownName(layer),
                 .role = TensorRole::kExpertDownPacked,
                 .layer = layer,
                 .shape = {config.num_experts, hidden, width},
                 .dtype = config.dtype});
}

void AppendSeparateExperts(const ModelConfig& config, int64_t layer,
                           std::vector<RoledTensor>& out) {
  const std::string prefix = ExpertsPrefix(layer);
  for (int64_t expert = 0; expert < config.num_experts; ++expert) {
    for (const ExpertKind kind : kExpertKinds) {
      out.push_back(
          {.name = absl::StrCat(prefix, expert, ".", ProjectionName(kind)),
           .role = ExpertRole(kind),
           .layer = layer,
           .expert = expert,
           .shape = ExpertShape(config, kind),
           .dtype = config.dtype});
    }
  }
}

void AppendSparseFfn(const ModelConfig& config, const HasTensor& has,
                     int64_t layer, std::vector<RoledTensor>& out) {
  out.push_back({.name = qwen3::LayerPrefix(layer) + "mlp.gate.weight",
                 .role = TensorRole::kRouter,
                 .layer = layer,
                 .shape = {config.num_experts, config.hidden_size},
                 .dtype = config.dtype});
  if (has(PackedGateUpName(layer))) {
    AppendPackedExperts(config, layer, out);
  } else {
    AppendSeparateExperts(config, layer, out);
  }
}

void AddressPacked(int64_t layer, ExpertKind kind, ExpertStack& stack) {
  if (kind == ExpertKind::kDown) {
    stack.name_template = PackedDownName(layer);
    stack.row_stride = stack.num_rows;
    return;
  }
  stack.name_template = PackedGateUpName(layer);
  stack.row_stride = 2 * stack.num_rows;
  stack.first_row = kind == ExpertKind::kUp ? stack.num_rows : 0;
}

}  // namespace

absl::StatusOr<ModelConfig> Qwen3MoeFamily::ParseConfig(
    const Json& json, absl::string_view path) const {
  ConfigReader reader(json, path);
  ModelConfig config;
  config.family = std::string(name());
  config.architecture =
      reader.OptionalFirst("architectures", "Qwen3MoeForCausalLM");
  ReadDecoderConfig(reader, config);
  RETURN_IF_ERROR(reader.status());
  // Qwen3MoeConfig has no head_dim of its own: the model code divides.
  config.head_dim = reader.OptionalInt(
      "head_dim", config.hidden_size / config.num_attention_heads, 1,
      kMaxHeadDim);
  if (config.head_dim == 0) {
    reader.Fail("head_dim",
                "missing, and hidden_size is below "
                "num_attention_heads");
  }
  ReadExperts(reader, config);
  RETURN_IF_ERROR(reader.status());
  config.intermediate_size =
      HasDenseLayer(config)
          ? reader.Int("intermediate_size", 1, kMaxIntermediateSize)
          : reader.OptionalInt("intermediate_size", 0, 0, kMaxIntermediateSize);
  RETURN_IF_ERROR(reader.status());
  config.raw = json;
  return config;
}

std::vector<RoledTensor> Qwen3MoeFamily::ExpectedTensors(
    const ModelConfig& config, const HasTensor& has) const {
  std::vector<RoledTensor> tensors;
  qwen3::AppendEmbedding(config, tensors);
  for (int64_t layer = 0; layer < config.num_layers; ++layer) {
    qwen3::AppendAttention(config, layer, tensors);
    if (config.sparse_layers[static_cast<size_t>(layer)]) {
      AppendSparseFfn(config, has, layer, tensors);
    } else {
      qwen3::AppendDenseFfn(config, layer, tensors);
    }
  }
  qwen3::AppendHead(config, has, tensors);
  return tensors;
}

bool Qwen3MoeFamily::IsIgnored(absl::string_view tensor_name) const {
  return qwen3::IsIgnored(tensor_name);
}

absl::StatusOr<ExpertStack> Qwen3MoeFamily::Experts(const ModelConfig& config,
                                                    const HasTensor& has,
                                                    int64_t layer,
                                                    ExpertKind kind) const {
  if (layer < 0 || layer >= config.num_layers) {
    return absl::InvalidArgumentError(
        absl::StrCat("layer ", layer, " is out of range: the model has ",
                     config.num_layers));
  }
  if (!config.sparse_layers[static_cast<size_t>(layer)]) {
    return absl::InvalidArgumentError(
        absl::StrCat("layer ", layer, " is dense: it has no experts"));
  }
  const std::vector<int64_t> shape = ExpertShape(config, kind);
  ExpertStack stack;
  stack.num_rows = shape[0];
  stack.num_columns = shape[1];
  stack.num_experts = config.num_experts;
  if (has(PackedGateUpName(layer))) {
    AddressPacked(layer, kind, stack);
  } else {
    stack.name_template =
        absl::StrCat(ExpertsPrefix(layer), "{e}.", ProjectionName(kind));
  }
  return stack;
}

}  // namespace decant
