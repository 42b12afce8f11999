// The expert matrices of one (virtual) teacher layer.
#ifndef DECANT_COMMON_OPS_VIRTUAL_STACK_H_
#define DECANT_COMMON_OPS_VIRTUAL_STACK_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "common/base/json.h"
#include "common/model/expert_stack.h"

namespace decant {

// Experts of kind gate, up or down of teacher layer `lo`, or of the layer that
// lies `weight` of the way from `lo` to `hi` (SLERP per expert and kind,
// experts paired by index). Without `hi`, `weight` is 0.
struct VirtualStack {
  std::string checkpoint = "teacher";
  ExpertStack lo;
  std::optional<ExpertStack> hi;
  double weight = 0;

  Json ToJson() const;
  static absl::StatusOr<VirtualStack> FromJson(const Json& json);
};

}  // namespace decant

#endif  // DECANT_COMMON_OPS_VIRTUAL_STACK_H_
