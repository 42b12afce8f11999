#include "coordinator/plan/device_profile.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/base/nearest.h"

namespace decant {

const std::vector<DeviceProfile>& DeviceProfiles() {
  static const auto* const kProfiles = new std::vector<DeviceProfile>{
      {"cpu", 1e9, 5e8, 5e10},
      {"a100", 2.5e9, 1.5e9, 9e12},
      {"h100", 3e9, 2e9, 2.5e13},
      {"h200", 3e9, 2e9, 2.5e13},
  };
  return *kProfiles;
}

absl::StatusOr<DeviceProfile> FindDeviceProfile(absl::string_view name) {
  if (name.empty()) return DeviceProfiles().front();
  std::vector<std::string> known;
  for (const DeviceProfile& profile : DeviceProfiles()) {
    if (profile.name == name) return profile;
    known.push_back(profile.name);
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "--device: no profile named '", name, "'", Suggestion(name, known)));
}

}  // namespace decant
