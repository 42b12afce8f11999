#include "worker/runner/numerics.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <gmock/gmock.h>

#include "worker/runner/cuda_devices.h"

namespace decant {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;

TEST(NumericsTest, TheClassNamesEverythingThatBytesDependOn) {
  const auto cpu = NumericsClass("cpu", 2);
  ASSERT_TRUE(cpu.ok()) << cpu.status();
  EXPECT_THAT(*cpu, MatchesRegex("cpu-(avx512|avx2|baseline)-libtorch[0-9.]+"
                                 "-threads2"));
  EXPECT_NE(*cpu, *NumericsClass("cpu", 3));
}

TEST(NumericsTest, CudaClassesNeedADevice) {
  const size_t count = VisibleCudaDevices().size();
  const auto beyond = NumericsClass(absl::StrCat("cuda:", count), 1);
  EXPECT_EQ(beyond.status().code(), absl::StatusCode::kNotFound);
  if (count == 0) return;
  const auto cuda = NumericsClass("cuda", 1);
  ASSERT_TRUE(cuda.ok()) << cuda.status();
  EXPECT_THAT(*cuda, MatchesRegex("cuda-sm[0-9]+-libtorch[0-9.]+"
                                  "-cuda[0-9.]+-threads1"));
}

TEST(NumericsTest, UnknownDevicesAreRefused) {
  for (const char* device : {"", "gpu", "cuda:", "cuda:x", "cuda0", "cpu:0"}) {
    const absl::Status status = NumericsClass(device, 1).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << device;
  }
}

TEST(NumericsTest, PinningFixesThreadsAndRefusesTf32) {
  ASSERT_TRUE(PinNumerics(2).ok());
  EXPECT_EQ(at::get_num_threads(), 2);
  EXPECT_TRUE(at::globalContext().deterministicAlgorithms());
  EXPECT_FALSE(at::globalContext().allowTF32CuBLAS());
  EXPECT_FALSE(at::globalContext().allowTF32CuDNN());
  // Denormals survive.
  const at::Tensor tiny = at::full({64}, 1e-30f) * 1e-10f;
  EXPECT_GT(tiny.min().item<float>(), 0.0f);
}

}  // namespace
}  // namespace decant
