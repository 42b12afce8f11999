// Op `select`: which experts of a (virtual) layer are blended. Portable.
//
// inputs    "<kind>.<block>" for kind gate, up, down and block 0, 1, ...:
//           outputs "gram" of fingerprint units
// outputs   "selection": JSON {"selected": [expert index, ascending],
//           "distances": [per expert, Euclidean, to the centroid],
//           "norms": [per expert]}
// summary   num_selected, mean_cosine, norm_spread, centroid_norm_ratio
#ifndef DECANT_COMMON_OPS_SELECT_PARAMS_H_
#define DECANT_COMMON_OPS_SELECT_PARAMS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/base/json.h"

namespace decant {

inline constexpr char kSelectOp[] = "select";
inline constexpr int64_t kSelectVersion = 1;

struct SelectParams {
  std::string rule = "nearest-centroid";
  int64_t num_experts = 0;
  int64_t count = 0;
  double weight = 0;  // Of the virtual layer; 0 when there is only `lo`.

  Json ToJson() const;
  static absl::StatusOr<SelectParams> FromJson(const Json& json);
};

}  // namespace decant

#endif  // DECANT_COMMON_OPS_SELECT_PARAMS_H_
