// A finished model's own record, decant.json, and the proof that the folder
// still is what it says. Format: docs/formats/decant-json.md.
#ifndef DECANT_COMMON_ARTIFACT_FINISHED_MODEL_H_
#define DECANT_COMMON_ARTIFACT_FINISHED_MODEL_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/base/json.h"
#include "common/tensor/dtype.h"

namespace decant {

inline constexpr char kFinishedModelFile[] = "decant.json";
inline constexpr int64_t kFinishedModelFormat = 1;

struct FinishedTensor {
  DType dtype = DType::kF32;
  std::vector<int64_t> shape;
  std::string digest;  // XXH3-128 of its bytes (ScanTensor).
};

struct FinishedModel {
  std::string result_identity;
  std::map<std::string, FinishedTensor> tensors;
  // XXH3-128 of every file beside decant.json and the weight shards, whose
  // bytes the tensors' digests cover. A shard may be listed too.
  std::map<std::string, std::string> files;
  // Further members of decant.json (recipe, sources, warnings), by key.
  Json provenance = Json::object();

  Json ToJson() const;
  // InvalidArgument naming `what` and the member, also for a newer format.
  static absl::StatusOr<FinishedModel> FromJson(const Json& json,
                                                absl::string_view what);
};

// Reads <folder>/decant.json and nothing else. NotFound when there is none:
// the folder is not a model that Decant finished.
absl::StatusOr<FinishedModel> ReadFinishedModel(absl::string_view folder);

// XXH3-128 of a whole file, streamed.
absl::StatusOr<std::string> FileDigest(absl::string_view path);

// Called after each tensor: how many of all are checked.
using VerifyProgress = std::function<void(int64_t done, int64_t total)>;

// Reads every byte of the folder and compares it with decant.json: tensor
// names, dtypes, shapes and digests, finite values, file digests, no file
// missing, none too many.
//
// NotFound  no folder or no decant.json.  InvalidArgument  a value is not
// finite, or decant.json is malformed.  DataLoss  anything differs; the first
// difference is named.
absl::StatusOr<FinishedModel> VerifyFinishedModel(
    absl::string_view folder, const VerifyProgress& progress = nullptr);

}  // namespace decant

#endif  // DECANT_COMMON_ARTIFACT_FINISHED_MODEL_H_
