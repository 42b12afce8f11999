// Rough speeds of devices, for time estimates before anything was measured.
#ifndef DECANT_COORDINATOR_PLAN_DEVICE_PROFILE_H_
#define DECANT_COORDINATOR_PLAN_DEVICE_PROFILE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace decant {

// Sustained, per slot. The FLOP rate is for fp32/fp64 factorisations and GEMMs
// with TF32 off, not the data sheet's tensor-core figure.
struct DeviceProfile {
  std::string name;
  double read_bytes_per_sec = 0;
  double write_bytes_per_sec = 0;
  double flops_per_sec = 0;
};

const std::vector<DeviceProfile>& DeviceProfiles();

// "" means "cpu". InvalidArgument naming the known ones.
absl::StatusOr<DeviceProfile> FindDeviceProfile(absl::string_view name);

}  // namespace decant

#endif  // DECANT_COORDINATOR_PLAN_DEVICE_PROFILE_H_
