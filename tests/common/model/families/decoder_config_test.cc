#include "common/model/families/decoder_config.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/common/model/checkpoint_files.h"

namespace decant {
namespace {

using ::testing::HasSubstr;

ModelConfig Read(const Json& json) {
  ConfigReader reader(json, "c.json");
  ModelConfig config;
  ReadDecoderConfig(reader, config);
  EXPECT_TRUE(reader.status().ok()) << reader.status();
  return config;
}

TEST(DecoderConfigTest, ReadsWidthsAndHeads) {
  const ModelConfig config = Read(TinyDenseConfig());
  EXPECT_EQ(config.num_layers, 2);
  EXPECT_EQ(config.hidden_size, 8);
  EXPECT_EQ(config.vocab_size, 32);
  EXPECT_EQ(config.num_attention_heads, 4);
  EXPECT_EQ(config.num_kv_heads, 2);
  EXPECT_TRUE(config.tie_word_embeddings);
  EXPECT_FALSE(config.attention_bias);
  EXPECT_EQ(config.dtype, DType::kBF16);
}

TEST(DecoderConfigTest, BothSpellingsOfTheDtypeCountAndTheNewOneWins) {
  Json json = TinyDenseConfig();
  json["dtype"] = "float16";
  EXPECT_EQ(Read(json).dtype, DType::kF16);
  json.erase("dtype");
  json.erase("torch_dtype");
  EXPECT_EQ(Read(json).dtype, DType::kF32);
}

TEST(DecoderConfigTest, KeyValueHeadsDefaultToAllHeads) {
  Json json = TinyDenseConfig();
  json["num_key_value_heads"] = nullptr;
  EXPECT_EQ(Read(json).num_kv_heads, 4);
}

TEST(DecoderConfigTest, RefusesBadValues) {
  struct Case {
    const char* key;
    Json value;
    const char* want;
  };
  const Case kCases[] = {
      {"num_hidden_layers", 0, "num_hidden_layers: 0 is out of range"},
      {"num_hidden_layers", 5000, "num_hidden_layers: 5000"},
      {"hidden_size", 1 << 19, "hidden_size: "},
      {"hidden_size", -8, "hidden_size: -8"},
      {"vocab_size", nullptr, "vocab_size: missing"},
      {"num_key_value_heads", 3,
       "num_key_value_heads: 3 does not divide num_attention_heads 4"},
      {"tie_word_embeddings", "yes", "tie_word_embeddings: expected true"},
      {"torch_dtype", "int8", "torch_dtype: "},
      {"hidden_act", "gelu", "hidden_act: 'gelu' is not 'silu'"},
  };
  for (const Case& c : kCases) {
    Json json = TinyDenseConfig();
    json[c.key] = c.value;
    ConfigReader reader(json, "c.json");
    ModelConfig config;
    ReadDecoderConfig(reader, config);
    EXPECT_THAT(std::string(reader.status().message()), HasSubstr(c.want));
  }
}

}  // namespace
}  // namespace decant
