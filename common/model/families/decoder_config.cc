#include "common/model/families/decoder_config.h"

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "common/tensor/dtype.h"

namespace decant {
namespace {

// transformers 5 writes `dtype`, earlier ones `torch_dtype`; a model without
// either is loaded in fp32.
DType ReadDType(ConfigReader& reader) {
  const char* const key = reader.Has("dtype") ? "dtype" : "torch_dtype";
  const absl::StatusOr<DType> dtype =
      ParseTorchDType(reader.OptionalString(key, "float32"));
  if (dtype.ok() && (*dtype == DType::kF32 || *dtype == DType::kBF16 ||
                     *dtype == DType::kF16)) {
    return *dtype;
  }
  reader.Fail(key, "expected 'float32', 'bfloat16' or 'float16'");
  return DType::kF32;
}

}  // namespace

void ReadDecoderConfig(ConfigReader& reader, ModelConfig& config) {
  config.num_layers = reader.Int("num_hidden_layers", 1, kMaxLayers);
  config.hidden_size = reader.Int("hidden_size", 1, kMaxHiddenSize);
  config.vocab_size = reader.Int("vocab_size", 1, kMaxVocabSize);
  config.num_attention_heads = reader.Int("num_attention_heads", 1, kMaxHeads);
  config.num_kv_heads = reader.OptionalInt(
      "num_key_value_heads", config.num_attention_heads, 1, kMaxHeads);
  if (config.num_attention_heads % config.num_kv_heads != 0) {
    reader.Fail("num_key_value_heads",
                absl::StrCat(config.num_kv_heads,
                             " does not divide num_attention_heads ",
                             config.num_attention_heads));
  }
  config.tie_word_embeddings =
      reader.OptionalBool("tie_word_embeddings", false);
  config.attention_bias = reader.OptionalBool("attention_bias", false);
  config.dtype = ReadDType(reader);

  // Every formula of ours assumes SwiGLU.
  const std::string activation = reader.OptionalString("hidden_act", "silu");
  if (activation != "silu") {
    reader.Fail("hidden_act", absl::StrCat("'", activation, "' is not 'silu'"));
  }
}

}  // namespace decant
