// Op `fingerprint`: partial Grams of one kind of expert matrix.
//
// sources   the teacher
// outputs   "gram": safetensors, F64 [E, E]: "gram_lo" = A A^T and, for a
//           virtual layer, "cross" = A B^T and "gram_hi" = B B^T, where row e
//           of A (B) is vec(rows [row_begin, row_end) of expert e of lo (hi)).
//           Sums over row ranges and kinds of these add up to the Gram of the
//           whole fingerprints (docs/methods).
#ifndef DECANT_COMMON_OPS_FINGERPRINT_PARAMS_H_
#define DECANT_COMMON_OPS_FINGERPRINT_PARAMS_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "common/base/json.h"
#include "common/ops/virtual_stack.h"

namespace decant {

inline constexpr char kFingerprintOp[] = "fingerprint";
inline constexpr int64_t kFingerprintVersion = 1;

struct FingerprintParams {
  VirtualStack experts;  // `weight` is not used: Grams serve every weight.
  int64_t row_begin = 0;
  int64_t row_end = 0;

  Json ToJson() const;
  static absl::StatusOr<FingerprintParams> FromJson(const Json& json);
};

}  // namespace decant

#endif  // DECANT_COMMON_OPS_FINGERPRINT_PARAMS_H_
