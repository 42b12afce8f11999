#include "worker/runner/cuda_devices.h"

#include <ATen/Context.h>
#include <gtest/gtest.h>

namespace decant {
namespace {

TEST(CudaDevicesTest, AgreesWithTorchOnTheNumberOfDevices) {
  const std::vector<CudaDevice> devices = VisibleCudaDevices();
  EXPECT_EQ(devices.size(),
            static_cast<size_t>(at::detail::getCUDAHooks().deviceCount()));
  for (const CudaDevice& device : devices) {
    EXPECT_FALSE(device.name.empty());
    EXPECT_GE(device.compute_capability, 50);
    EXPECT_GT(device.memory_bytes, 1 << 30);
  }
}

}  // namespace
}  // namespace decant
