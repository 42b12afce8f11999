#include "worker/runner/once.h"

#include <utility>

#include "common/base/files.h"
#include "common/base/status_macros.h"
#include "worker/runner/cuda_devices.h"

namespace decant {

absl::StatusOr<UnitResult> RunOnce(absl::string_view path,
                                   const OpRegistry& registry,
                                   const UnitRunner::Options& options) {
  ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  ASSIGN_OR_RETURN(Json json, ParseJson(text, path));
  if (json.is_object()) {
    json.emplace("numerics_class", options.numerics_class);
    json.emplace("action_key", "");
  }
  ASSIGN_OR_RETURN(UnitOrder order, UnitOrder::FromJson(json));
  if (order.numerics_class.empty()) {
    order.numerics_class = options.numerics_class;
  }
  if (order.action_key.empty()) {
    order.action_key = ActionKey(order.spec, order.inputs, order.sources,
                                 order.numerics_class);
  }
  return UnitRunner(registry, options).Run(order, AttemptHooks());
}

Json Describe(const OpRegistry& registry, absl::string_view numerics_class) {
  Json devices = Json::array();
  for (const CudaDevice& device : VisibleCudaDevices()) {
    devices.push_back({{"name", device.name},
                       {"compute_capability", device.compute_capability},
                       {"memory_bytes", device.memory_bytes}});
  }
  return {{"numerics_class", std::string(numerics_class)},
          {"ops", registry.Versions()},
          {"cuda_devices", std::move(devices)}};
}

int ExitCodeOf(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return 0;
    case absl::StatusCode::kInvalidArgument:
      return 2;
    case absl::StatusCode::kNotFound:
      return 3;
    case absl::StatusCode::kPermissionDenied:
      return 4;
    case absl::StatusCode::kUnavailable:
      return 5;
    case absl::StatusCode::kCancelled:
      return 7;
    default:
      return 1;
  }
}

}  // namespace decant
