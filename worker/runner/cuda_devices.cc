#include "worker/runner/cuda_devices.h"

#include <dlfcn.h>

#include <cstddef>

namespace decant {
namespace {

// From cuda.h, whose ABI is fixed; declared here so that no toolkit is needed.
constexpr int kSuccess = 0;
constexpr int kCapabilityMajor = 75;
constexpr int kCapabilityMinor = 76;

struct Driver {
  int (*init)(unsigned flags) = nullptr;
  int (*device_count)(int* count) = nullptr;
  int (*device)(int* device, int ordinal) = nullptr;
  int (*name)(char* name, int size, int device) = nullptr;
  int (*attribute)(int* value, int attribute, int device) = nullptr;
  int (*memory)(size_t* bytes, int device) = nullptr;
};

template <typename Function>
bool Load(void* library, const char* symbol, Function& function) {
  function = reinterpret_cast<Function>(dlsym(library, symbol));
  return function != nullptr;
}

// The library stays loaded: torch uses it too.
bool LoadDriver(Driver& driver) {
  void* library = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL);
  return library != nullptr && Load(library, "cuInit", driver.init) &&
         Load(library, "cuDeviceGetCount", driver.device_count) &&
         Load(library, "cuDeviceGet", driver.device) &&
         Load(library, "cuDeviceGetName", driver.name) &&
         Load(library, "cuDeviceGetAttribute", driver.attribute) &&
         Load(library, "cuDeviceTotalMem_v2", driver.memory);
}

bool Describe(const Driver& driver, int ordinal, CudaDevice& described) {
  int device = 0;
  char name[128] = {};
  int major = 0;
  int minor = 0;
  size_t bytes = 0;
  if (driver.device(&device, ordinal) != kSuccess ||
      driver.name(name, sizeof(name) - 1, device) != kSuccess ||
      driver.attribute(&major, kCapabilityMajor, device) != kSuccess ||
      driver.attribute(&minor, kCapabilityMinor, device) != kSuccess ||
      driver.memory(&bytes, device) != kSuccess) {
    return false;
  }
  described.name = name;
  described.compute_capability = 10 * major + minor;
  described.memory_bytes = static_cast<int64_t>(bytes);
  return true;
}

}  // namespace

std::vector<CudaDevice> VisibleCudaDevices() {
  Driver driver;
  int count = 0;
  if (!LoadDriver(driver) || driver.init(0) != kSuccess ||
      driver.device_count(&count) != kSuccess) {
    return {};
  }
  std::vector<CudaDevice> devices;
  for (int ordinal = 0; ordinal < count; ++ordinal) {
    CudaDevice device;
    // A gap would shift torch's numbers: stop at the first broken one.
    if (!Describe(driver, ordinal, device)) break;
    devices.push_back(device);
  }
  return devices;
}

}  // namespace decant
