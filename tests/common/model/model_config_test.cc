#include "common/model/model_config.h"

#include <string>

#include "common/base/files.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/common/model/checkpoint_files.h"

namespace decant {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

std::string ErrorOf(const std::string& text) {
  const absl::StatusOr<ModelConfig> config = ParseModelConfig(text, "c.json");
  EXPECT_EQ(config.status().code(), absl::StatusCode::kInvalidArgument) << text;
  return std::string(config.status().message());
}

TEST(ModelConfigTest, ReadsTheFolderAndKeepsTheRawJson) {
  const std::string folder = FreshFolder("config_read");
  Json json = TinyMoeConfig();
  json["rope_theta"] = 1e7;
  ASSERT_TRUE(
      WriteFileAtomically(JoinPath(folder, "config.json"), json.dump()).ok());

  const absl::StatusOr<ModelConfig> config = ReadModelConfig(folder);

  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->family, "qwen3_moe");
  EXPECT_EQ(config->num_experts, 4);
  EXPECT_EQ(config->raw, json);
}

TEST(ModelConfigTest, MissingFolderAndMissingFileAreToldApart) {
  const std::string folder = FreshFolder("config_missing");
  const absl::Status no_file = ReadModelConfig(folder).status();
  const absl::Status no_folder = ReadModelConfig(folder + "/nope").status();

  EXPECT_EQ(no_file.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(no_file.message()),
              AllOf(HasSubstr(folder), HasSubstr("no config.json")));
  EXPECT_EQ(no_folder.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(no_folder.message()), HasSubstr("no such folder"));
}

TEST(ModelConfigTest, RefusesWhatNoFamilyCouldRead) {
  EXPECT_THAT(ErrorOf("{"), HasSubstr("c.json"));
  EXPECT_THAT(ErrorOf("[]"), HasSubstr("c.json: expected a JSON object"));
  EXPECT_THAT(ErrorOf("{}"), HasSubstr("c.json: model_type: missing"));
  EXPECT_THAT(ErrorOf(R"({"model_type": 3})"),
              HasSubstr("model_type: expected a string, got 3"));
  EXPECT_THAT(ErrorOf(R"({"model_type": "llama"})"),
              HasSubstr("c.json: model_type: unknown model family 'llama'; "
                        "known: qwen3, qwen3_moe"));
}

TEST(ModelConfigTest, RefusesQuantisedCheckpoints) {
  Json json = TinyMoeConfig();
  json["quantization_config"] = Json{{"quant_method", "fp8"}};
  EXPECT_THAT(ErrorOf(json.dump()), HasSubstr("quantization_config"));

  json["quantization_config"] = nullptr;
  EXPECT_TRUE(ParseModelConfig(json.dump(), "c.json").ok());
}

}  // namespace
}  // namespace decant
