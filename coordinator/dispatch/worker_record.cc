#include "coordinator/dispatch/worker_record.h"

#include <algorithm>

#include "absl/strings/match.h"

namespace decant {

bool WorkerRecord::has_cuda() const {
  return std::any_of(slots.begin(), slots.end(), [](const v1::SlotState& slot) {
    return absl::StartsWith(slot.device(), "cuda");
  });
}

SlotOffer WorkerRecord::Offer() const {
  SlotOffer offer;
  offer.numerics_class = numerics_class;
  offer.op_versions = &op_versions;
  offer.ineligible_jobs = &ineligible_jobs;
  for (size_t i = 0; i < slots.size(); ++i) {
    const int64_t host_bytes = slots[i].host_memory_bytes();
    const int64_t device_bytes = slots[i].device_memory_bytes();
    if (i == 0 || host_bytes < offer.host_memory_bytes) {
      offer.host_memory_bytes = host_bytes;
    }
    if (i == 0 || device_bytes < offer.device_memory_bytes) {
      offer.device_memory_bytes = device_bytes;
    }
  }
  return offer;
}

}  // namespace decant
