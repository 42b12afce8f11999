// The part of config.json that all decoder-only transformers share.
#ifndef DECANT_COMMON_MODEL_FAMILIES_DECODER_CONFIG_H_
#define DECANT_COMMON_MODEL_FAMILIES_DECODER_CONFIG_H_

#include <cstdint>

#include "common/model/families/config_reader.h"
#include "common/model/model_config.h"

namespace decant {

// Caps that keep the byte count of a whole model within int64. Real models stay
// an order of magnitude below each.
inline constexpr int64_t kMaxLayers = 4'096;
inline constexpr int64_t kMaxHiddenSize = int64_t{1} << 18;
inline constexpr int64_t kMaxIntermediateSize = int64_t{1} << 20;
inline constexpr int64_t kMaxVocabSize = int64_t{1} << 26;
inline constexpr int64_t kMaxHeads = int64_t{1} << 12;
inline constexpr int64_t kMaxHeadDim = int64_t{1} << 12;
inline constexpr int64_t kMaxExpertsPerLayer = int64_t{1} << 14;
// Over all layers: bounds the number of tensors a config can demand.
inline constexpr int64_t kMaxExpertsInAll = 1'000'000;

// Fills layers, widths, heads, vocabulary, ties, biases and dtype, but neither
// family, intermediate_size, head_dim nor anything about experts. Errors stay
// in `reader`.
void ReadDecoderConfig(ConfigReader& reader, ModelConfig& config);

}  // namespace decant

#endif  // DECANT_COMMON_MODEL_FAMILIES_DECODER_CONFIG_H_
