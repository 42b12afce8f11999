#include "coordinator/dispatch/worker_record.h"

#include "gtest/gtest.h"

namespace decant {
namespace {

v1::SlotState Slot(const std::string& device, int64_t host, int64_t memory) {
  v1::SlotState slot;
  slot.set_device(device);
  slot.set_host_memory_bytes(host);
  slot.set_device_memory_bytes(memory);
  return slot;
}

TEST(WorkerRecordTest, OffersTheLeastOfItsSlots) {
  WorkerRecord worker;
  worker.numerics_class = "c";
  worker.slots = {Slot("cuda:0", 100, 80), Slot("cuda:1", 90, 85)};

  const SlotOffer offer = worker.Offer();

  EXPECT_EQ(offer.host_memory_bytes, 90);
  EXPECT_EQ(offer.device_memory_bytes, 80);
  EXPECT_EQ(offer.numerics_class, "c");
  EXPECT_TRUE(worker.has_cuda());
}

TEST(WorkerRecordTest, ACpuHasNoCuda) {
  WorkerRecord worker;
  EXPECT_FALSE(worker.has_cuda());
  worker.slots = {Slot("cpu", 1, 0)};
  EXPECT_FALSE(worker.has_cuda());
}

}  // namespace
}  // namespace decant
