// The CUDA devices of this host, asked of the driver itself: neither the CUDA
// toolkit nor a CUDA context (hundreds of MB, seconds) is needed.
#ifndef DECANT_WORKER_RUNNER_CUDA_DEVICES_H_
#define DECANT_WORKER_RUNNER_CUDA_DEVICES_H_

#include <cstdint>
#include <string>
#include <vector>

namespace decant {

struct CudaDevice {
  std::string name;            // "NVIDIA H100 80GB HBM3"
  int compute_capability = 0;  // 90 for sm_90.
  int64_t memory_bytes = 0;
};

// In torch's order ("cuda:<index>"), those of CUDA_VISIBLE_DEVICES only; empty
// without a driver or a device.
std::vector<CudaDevice> VisibleCudaDevices();

}  // namespace decant

#endif  // DECANT_WORKER_RUNNER_CUDA_DEVICES_H_
