#include "common/artifact/finished_model.h"

#include <algorithm>
#include <memory>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/digest.h"
#include "common/base/files.h"
#include "common/base/param_reader.h"
#include "common/base/status_macros.h"
#include "common/tensor/checkpoint.h"
#include "common/tensor/tensor_scan.h"

namespace decant {
namespace {

constexpr size_t kReadBytes = size_t{4} << 20;
constexpr int64_t kMaxDecantJsonBytes = 512'000'000;

Json TensorToJson(const FinishedTensor& tensor) {
  return Json{{"dtype", std::string(DTypeName(tensor.dtype))},
              {"shape", tensor.shape},
              {"digest", tensor.digest}};
}

absl::StatusOr<FinishedTensor> TensorFromJson(const Json& json,
                                              absl::string_view what) {
  ParamReader reader(json, what);
  FinishedTensor tensor;
  const std::string dtype = reader.String("dtype");
  tensor.shape = reader.IntList("shape");
  tensor.digest = reader.String("digest");
  RETURN_IF_ERROR(reader.Finish());
  absl::StatusOr<DType> parsed = ParseDType(dtype);
  if (!parsed.ok()) return Annotate(parsed.status(), what);
  tensor.dtype = *parsed;
  return tensor;
}

absl::Status Differs(absl::string_view folder, absl::string_view what) {
  return absl::DataLossError(absl::StrCat(
      folder, ": ", what, "; the folder is not what decant.json says"));
}

absl::Status CheckTensor(const Checkpoint& checkpoint, const std::string& name,
                         const FinishedTensor& want) {
  const TensorInfo* info = checkpoint.Find(name);
  const std::string what = absl::StrCat("tensor '", name, "'");
  if (info == nullptr) {
    return Differs(checkpoint.folder(), absl::StrCat(what, " is missing"));
  }
  if (info->dtype != want.dtype || info->shape != want.shape) {
    return Differs(
        checkpoint.folder(),
        absl::StrCat(what, " is ", DTypeName(info->dtype), " ",
                     ShapeString(info->shape), ", not ", DTypeName(want.dtype),
                     " ", ShapeString(want.shape)));
  }
  ASSIGN_OR_RETURN(const TensorScan scan, ScanTensor(checkpoint, name));
  if (scan.first_nonfinite.has_value()) {
    return absl::InvalidArgumentError(absl::StrCat(
        checkpoint.folder(), ": ", what, ": NaN or infinity at flat index ",
        *scan.first_nonfinite));
  }
  if (scan.digest != want.digest) {
    return Differs(
        checkpoint.folder(),
        absl::StrCat(what, " has digest ", scan.digest, ", not ", want.digest));
  }
  return absl::OkStatus();
}

absl::Status CheckTensors(const Checkpoint& checkpoint,
                          const FinishedModel& model,
                          const VerifyProgress& progress) {
  for (const TensorInfo& info : checkpoint.tensors()) {
    if (model.tensors.contains(info.name)) continue;
    return Differs(checkpoint.folder(),
                   absl::StrCat("tensor '", info.name, "' is one too many"));
  }
  int64_t done = 0;
  const int64_t total = static_cast<int64_t>(model.tensors.size());
  for (const auto& [name, tensor] : model.tensors) {
    RETURN_IF_ERROR(CheckTensor(checkpoint, name, tensor));
    if (progress) progress(++done, total);
  }
  return absl::OkStatus();
}

absl::Status CheckFiles(const Checkpoint& checkpoint,
                        const FinishedModel& model) {
  const std::string& folder = checkpoint.folder();
  std::set<std::string> known = {kFinishedModelFile};
  for (const auto& shard : checkpoint.Manifest().shards) {
    known.insert(shard.file);
  }
  for (const auto& [name, digest] : model.files) {
    known.insert(name);
    const std::string path = JoinPath(folder, name);
    if (!FileExists(path)) {
      return Differs(folder, absl::StrCat("file '", name, "' is missing"));
    }
    ASSIGN_OR_RETURN(const std::string seen, FileDigest(path));
    if (seen != digest) {
      return Differs(folder, absl::StrCat("file '", name, "' has digest ", seen,
                                          ", not ", digest));
    }
  }
  ASSIGN_OR_RETURN(const std::vector<std::string> names, ListFolder(folder));
  for (const std::string& name : names) {
    if (known.contains(name)) continue;
    return Differs(folder, absl::StrCat("file '", name, "' is one too many"));
  }
  return absl::OkStatus();
}

// Names of decant.json must stay in its folder: verify follows none out of it.
absl::Status CheckFileName(const std::string& name, absl::string_view what) {
  if (!name.empty() && name != "." && name != ".." &&
      name.find('/') == std::string::npos) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat(what, ": files: '", name, "' is no plain file name"));
}

absl::Status ReadTensors(const Json& json, absl::string_view what,
                         FinishedModel& model) {
  if (!json.is_object()) {
    return absl::InvalidArgumentError(
        absl::StrCat(what, ": tensors: expected an object"));
  }
  for (const auto& [name, entry] : json.items()) {
    ASSIGN_OR_RETURN(
        model.tensors[name],
        TensorFromJson(entry, absl::StrCat(what, ": tensor '", name, "'")));
  }
  return absl::OkStatus();
}

absl::Status ReadFiles(const Json& json, absl::string_view what,
                       FinishedModel& model) {
  if (!json.is_object()) {
    return absl::InvalidArgumentError(
        absl::StrCat(what, ": files: expected an object"));
  }
  for (const auto& [name, digest] : json.items()) {
    RETURN_IF_ERROR(CheckFileName(name, what));
    if (!digest.is_string()) {
      return absl::InvalidArgumentError(
          absl::StrCat(what, ": files: '", name, "' needs a digest"));
    }
    model.files[name] = digest.get<std::string>();
  }
  return absl::OkStatus();
}

}  // namespace

Json FinishedModel::ToJson() const {
  Json json = provenance;
  json["format"] = kFinishedModelFormat;
  json["result_identity"] = result_identity;
  json["tensors"] = Json::object();
  for (const auto& [name, tensor] : tensors) {
    json["tensors"][name] = TensorToJson(tensor);
  }
  json["files"] = files;
  return json;
}

absl::StatusOr<FinishedModel> FinishedModel::FromJson(const Json& json,
                                                      absl::string_view what) {
  ParamReader reader(json, what);
  FinishedModel model;
  const int64_t format = reader.Int("format", {.min = 1});
  model.result_identity = reader.String("result_identity");
  const Json tensors = reader.Value("tensors");
  const Json files = reader.Value("files");
  if (json.is_object()) {
    for (const auto& [key, value] : json.items()) {
      if (key == "format" || key == "result_identity" || key == "tensors" ||
          key == "files") {
        continue;
      }
      model.provenance[key] = reader.Value(key);
    }
  }
  RETURN_IF_ERROR(reader.Finish());
  if (format > kFinishedModelFormat) {
    return absl::InvalidArgumentError(
        absl::StrCat(what, ": format ", format, " is newer than this program (",
                     kFinishedModelFormat, "); use a newer Decant"));
  }
  RETURN_IF_ERROR(ReadTensors(tensors, what, model));
  RETURN_IF_ERROR(ReadFiles(files, what, model));
  return model;
}

absl::StatusOr<FinishedModel> ReadFinishedModel(absl::string_view folder) {
  const std::string path = JoinPath(folder, kFinishedModelFile);
  if (!IsFolder(folder)) {
    return absl::NotFoundError(absl::StrCat(folder, ": no such folder"));
  }
  if (!FileExists(path)) {
    return absl::NotFoundError(absl::StrCat(
        folder, ": no decant.json, so this is not a model Decant finished"));
  }
  ASSIGN_OR_RETURN(const std::string text, ReadFile(path, kMaxDecantJsonBytes));
  ASSIGN_OR_RETURN(const Json json, ParseJson(text, path));
  return FinishedModel::FromJson(json, path);
}

absl::StatusOr<std::string> FileDigest(absl::string_view path) {
  ASSIGN_OR_RETURN(const File file, File::OpenForRead(path));
  ASSIGN_OR_RETURN(const FileStamp stamp, file.Stamp());
  Xxh128Stream digest;
  std::string buffer(kReadBytes, '\0');
  for (int64_t offset = 0; offset < stamp.size_bytes;) {
    const size_t count =
        std::min(buffer.size(), static_cast<size_t>(stamp.size_bytes - offset));
    RETURN_IF_ERROR(file.ReadAt(offset, buffer.data(), count));
    digest.Update(buffer.data(), count);
    offset += static_cast<int64_t>(count);
  }
  return digest.Hex();
}

absl::StatusOr<FinishedModel> VerifyFinishedModel(
    absl::string_view folder, const VerifyProgress& progress) {
  ASSIGN_OR_RETURN(FinishedModel model, ReadFinishedModel(folder));
  ASSIGN_OR_RETURN(const std::unique_ptr<Checkpoint> checkpoint,
                   Checkpoint::Open(folder));
  // Small files first: a wrong one shows before terabytes are read.
  RETURN_IF_ERROR(CheckFiles(*checkpoint, model));
  RETURN_IF_ERROR(CheckTensors(*checkpoint, model, progress));
  return model;
}

}  // namespace decant
