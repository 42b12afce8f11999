#include "worker/daemon/worker_setup.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace decant {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

RunnerDescription WithDevices(size_t count) {
  RunnerDescription runner;
  runner.numerics_class = "class";
  runner.ops = {{"merge", 1}};
  runner.cuda_devices.assign(count, {.name = "GPU", .memory_bytes = 80});
  return runner;
}

struct LayoutCase {
  std::string device;
  int slots;
  size_t num_devices;
  std::vector<std::string> want;
};

TEST(WorkerSetupTest, SlotsFollowDevicesAndFlags) {
  const LayoutCase kCases[] = {
      {"auto", 0, 0, {"cpu"}},
      {"auto", 0, 2, {"cuda:0", "cuda:1"}},
      {"cpu", 0, 2, {"cpu"}},
      {"cpu", 3, 2, {"cpu", "cpu", "cpu"}},
      {"cuda", 1, 2, {"cuda:0"}},
      {"auto", 4, 2, {"cuda:0", "cuda:1", "cuda:0", "cuda:1"}},
  };
  for (const LayoutCase& c : kCases) {
    WorkerFlags flags;
    flags.device = c.device;
    flags.slots = c.slots;
    const auto options = LayOutSlots(flags, WithDevices(c.num_devices), 1200);
    ASSERT_TRUE(options.ok()) << options.status();
    std::vector<std::string> devices;
    for (const auto& slot : options->description.slots) {
      devices.push_back(slot.device);
      EXPECT_EQ(slot.host_memory_bytes,
                1200 / static_cast<int64_t>(c.want.size()));
    }
    EXPECT_EQ(devices, c.want) << c.device << " " << c.slots;
    EXPECT_EQ(options->runners.size(), c.want.size());
  }
}

TEST(WorkerSetupTest, SlotsOnOneDeviceShareItsMemory) {
  WorkerFlags flags;
  flags.slots = 4;
  const auto options = LayOutSlots(flags, WithDevices(2), 0);
  ASSERT_TRUE(options.ok());
  for (const auto& slot : options->description.slots) {
    EXPECT_EQ(slot.device_memory_bytes, 40);
  }
}

TEST(WorkerSetupTest, CudaIsRefusedWhereThereIsNone) {
  WorkerFlags flags;
  flags.device = "cuda";
  EXPECT_EQ(LayOutSlots(flags, WithDevices(0), 0).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(WorkerSetupTest, TheRunnerIsAskedAndStartedTheSameWay) {
  WorkerFlags flags;
  flags.runner = DECANT_FAKE_RUNNER;
  flags.threads = 3;
  flags.id = "w1";
  const auto options = SetUpWorker(flags);
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->description.id, "w1");
  EXPECT_EQ(options->description.numerics_class, "fake-class");
  EXPECT_EQ(options->description.op_versions.at("merge"), 3);
  EXPECT_EQ(options->runners[0].arguments[0], DECANT_FAKE_RUNNER);
  EXPECT_THAT(options->runners[0].arguments, Contains("3"));
  EXPECT_THAT(options->runners[0].environment,
              Contains(std::make_pair("OMP_NUM_THREADS", "3")));
  const auto again = SetUpWorker(flags);
  EXPECT_NE(again->description.incarnation, options->description.incarnation);
}

TEST(WorkerSetupTest, AddressesBeyondLoopbackAreRefused) {
  WorkerFlags flags;
  flags.runner = DECANT_FAKE_RUNNER;
  for (const char* address : {"10.0.0.1:7070", "example.org:7070", "7070"}) {
    flags.coordinator = address;
    const absl::Status status = SetUpWorker(flags).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << address;
    EXPECT_THAT(status.message(), HasSubstr(address));
  }
}

}  // namespace
}  // namespace decant
