#include "worker/runner/numerics.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <torch/headeronly/version.h>

#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "worker/frames/runner_environment.h"
#include "worker/math/torch_status.h"
#include "worker/runner/cuda_devices.h"

namespace decant {
namespace {

constexpr absl::string_view kCuda = "cuda";

// "cuda" and "cuda:1" give 0 and 1.
absl::StatusOr<size_t> DeviceIndex(absl::string_view device) {
  if (device == kCuda) return 0;
  size_t index = 0;
  if (absl::StartsWith(device, "cuda:") &&
      absl::SimpleAtoi(device.substr(kCuda.size() + 1), &index)) {
    return index;
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "'", device, "' is no device: say cpu, cuda or cuda:<index>"));
}

}  // namespace

absl::Status PinNumerics(int threads) {
  return TryTorch("pinning the arithmetic of torch", [&] {
    at::set_num_threads(threads);
    at::set_num_interop_threads(1);
    at::Context& context = at::globalContext();
    context.setAllowTF32CuBLAS(false);
    context.setAllowTF32CuDNN(false);
    context.setAllowFP16ReductionCuBLAS(false);
    context.setAllowBF16ReductionCuBLAS(false);
    context.setAllowFP16AccumulationCuBLAS(false);
    context.setBenchmarkCuDNN(false);
    context.setDeterministicCuDNN(true);
    context.setDeterministicMkldnn(true);
    context.setDeterministicAlgorithms(true, /*warn_only=*/false);
    // Every at::empty would be filled with NaN first: it costs a pass over
    // memory and our ops read nothing they did not write.
    context.setDeterministicFillUninitializedMemory(false);
    at::Context::setFlushDenormal(false);
  });
}

absl::StatusOr<std::string> NumericsClass(absl::string_view device,
                                          int threads) {
  if (device == "cpu") {
    return absl::StrCat("cpu-", CpuLevel(), "-libtorch", TORCH_VERSION,
                        "-threads", threads);
  }
  ASSIGN_OR_RETURN(const size_t index, DeviceIndex(device));
  const std::vector<CudaDevice> devices = VisibleCudaDevices();
  if (index >= devices.size()) {
    return absl::NotFoundError(
        absl::StrCat("no device ", device, ": ", devices.size(),
                     " CUDA device(s) are visible here"));
  }
  return TryTorch("asking torch for its CUDA version", [&] {
    const long version = at::detail::getCUDAHooks().versionCUDART();
    return absl::StrCat("cuda-sm", devices[index].compute_capability,
                        "-libtorch", TORCH_VERSION, "-cuda", version / 1000,
                        ".", version % 1000 / 10, "-threads", threads);
  });
}

}  // namespace decant
