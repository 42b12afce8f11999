#include "common/model/model_config.h"

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "common/base/files.h"
#include "common/base/status_macros.h"
#include "common/model/families/config_reader.h"
#include "common/model/family_registry.h"

namespace decant {
namespace {

constexpr int64_t kMaxConfigBytes = 16'000'000;

}  // namespace

absl::StatusOr<ModelConfig> ParseModelConfig(absl::string_view text,
                                             absl::string_view path) {
  ASSIGN_OR_RETURN(const Json json, ParseJson(text, path));
  if (!json.is_object()) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": expected a JSON object"));
  }
  ConfigReader reader(json, path);
  const std::string model_type = reader.String("model_type");
  RETURN_IF_ERROR(reader.status());

  const absl::StatusOr<const Family*> family =
      BuiltinFamilies().Find(model_type);
  if (!family.ok()) {
    return Annotate(family.status(), absl::StrCat(path, ": model_type"));
  }
  if (reader.Has("quantization_config")) {
    return absl::InvalidArgumentError(absl::StrCat(
        path, ": quantization_config: quantised checkpoints are not read; use ",
        "the BF16, F16 or F32 checkpoint of this model"));
  }
  ASSIGN_OR_RETURN(ModelConfig config, (*family)->ParseConfig(json, path));
  config.raw = json;
  return config;
}

absl::StatusOr<ModelConfig> ReadModelConfig(absl::string_view folder) {
  if (!IsFolder(folder)) {
    return absl::NotFoundError(absl::StrCat("no such folder: ", folder));
  }
  const std::string path = JoinPath(folder, kConfigName);
  if (!FileExists(path)) {
    return absl::NotFoundError(
        absl::StrCat(folder, ": no ", kConfigName,
                     "; is this a Hugging Face model folder?"));
  }
  ASSIGN_OR_RETURN(const std::string text, ReadFile(path, kMaxConfigBytes));
  return ParseModelConfig(text, path);
}

}  // namespace decant
