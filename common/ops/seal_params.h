// Op `seal`: completes the staging folder and proves what is in it.
//
// Links (or copies) every shard into "<output>.partial-<job>-<epoch>", writes
// index, config.json, tokenizer files byte for byte, README.md, the recipe and
// decant.json, then reads every tensor back and compares it with the student's.
// Never cached: its effect is outside the workspace.
//
// inputs    "shard.<i>" for each of `files`
// sources   "student": the recipe's student, for comparison and small files
// outputs   "report": JSON {"tensors": [{name, role, changed_fraction,
//           relative_change, cosine}]} of the staging folder against the
//           student
// summary   staging_folder, num_tensors, num_elements, changed_elements,
//           changed_elements_fraction, max_relative_change,
//           max_relative_change_tensor, nonfinite_elements
#ifndef DECANT_COMMON_OPS_SEAL_PARAMS_H_
#define DECANT_COMMON_OPS_SEAL_PARAMS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/base/json.h"

namespace decant {

inline constexpr char kSealOp[] = "seal";
inline constexpr int64_t kSealVersion = 1;

struct SealParams {
  std::string name;                // Of the recipe.
  std::string output_path;         // Where the model will be published.
  std::vector<std::string> files;  // Shard file names, in order.
  Json config = Json::object();    // config.json, as it is to be written.
  std::string recipe_text;         // Verbatim.
  // Tensors a method was to change: all-zero results of these fail.
  std::vector<std::string> made_tensors;
  std::string recipe_identity;
  // Canonical recipe, source fingerprints, warnings: goes into decant.json.
  Json provenance = Json::object();

  Json ToJson() const;
  static absl::StatusOr<SealParams> FromJson(const Json& json);
};

}  // namespace decant

#endif  // DECANT_COMMON_OPS_SEAL_PARAMS_H_
