#include "coordinator/schedule/ready_queue.h"

#include <map>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace decant {
namespace {

using testing::HasSubstr;

UnitSpec Spec(int64_t step, double flops) {
  UnitSpec spec;
  spec.id = "u";
  spec.step = step;
  spec.op = "merge";
  spec.cost.flops = flops;
  return spec;
}

class ReadyQueueTest : public testing::Test {
 protected:
  ReadyQueueTest() {
    offer_.numerics_class = "cpu";
    offer_.op_versions = &ops_;
    offer_.host_memory_bytes = 1000;
  }

  std::map<std::string, int64_t> ops_ = {{"merge", 1}};
  SlotOffer offer_;
  ReadyQueue queue_;
};

TEST_F(ReadyQueueTest, EarliestStepThenLongestThenPlanOrder) {
  queue_.Add(0, Spec(1, 9e12), 0);
  queue_.Add(1, Spec(0, 1e12), 0);
  queue_.Add(2, Spec(0, 5e12), 0);
  queue_.Add(3, Spec(0, 5e12), 0);

  std::vector<size_t> order;
  while (const auto best = queue_.Best("cpu", offer_)) {
    order.push_back(*best);
    queue_.Remove(*best);
  }

  EXPECT_THAT(order, testing::ElementsAre(2, 3, 1, 0));
}

TEST_F(ReadyQueueTest, SkipsWhatDoesNotFitAndSaysWhy) {
  UnitSpec big = Spec(0, 9e12);
  big.cost.host_memory_bytes = 800;
  big.cost.device_memory_bytes = 300;
  queue_.Add(0, big, 0);
  EXPECT_EQ(queue_.Best("cpu", offer_), std::nullopt);
  EXPECT_THAT(queue_.WhyNothing("cpu", offer_), HasSubstr("host memory"));

  queue_.Add(1, Spec(5, 1), 0);

  EXPECT_EQ(queue_.Best("cpu", offer_), 1u);
  EXPECT_EQ(queue_.WhyNothing("cpu", offer_), "");
}

TEST(WhyNotTest, ChecksClassVersionsAndMemory) {
  const std::map<std::string, int64_t> ops = {{"merge", 1}};
  SlotOffer gpu;
  gpu.numerics_class = "cuda-sm90";
  gpu.op_versions = &ops;
  gpu.host_memory_bytes = 1000;
  gpu.device_memory_bytes = 100;
  UnitSpec spec = Spec(0, 0);
  spec.cost.host_memory_bytes = 1000;
  spec.cost.device_memory_bytes = 100;
  const UnitNeed fits = NeedOf(spec, 0);
  EXPECT_EQ(WhyNot(fits, "cuda-sm90", gpu), "");

  EXPECT_THAT(WhyNot(fits, "cpu", gpu), HasSubstr("numerics class"));
  UnitNeed portable = fits;
  portable.portable = true;
  EXPECT_EQ(WhyNot(portable, "cpu", gpu), "");
  UnitNeed newer = fits;
  newer.op_version = 2;
  EXPECT_THAT(WhyNot(newer, "cuda-sm90", gpu), HasSubstr("version 1"));
  UnitNeed unknown = fits;
  unknown.op = "seal";
  EXPECT_THAT(WhyNot(unknown, "cuda-sm90", gpu), HasSubstr("has no op seal"));
  UnitNeed larger = fits;
  larger.device_memory_bytes = 101;
  EXPECT_THAT(WhyNot(larger, "cuda-sm90", gpu), HasSubstr("device memory"));
  const UnitNeed burnt = NeedOf(spec, 100);
  EXPECT_THAT(WhyNot(burnt, "cuda-sm90", gpu), HasSubstr("ran out of memory"));
  gpu.device_memory_bytes = 200;
  EXPECT_EQ(WhyNot(burnt, "cuda-sm90", gpu), "");
}

}  // namespace
}  // namespace decant
