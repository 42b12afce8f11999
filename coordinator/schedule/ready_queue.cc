#include "coordinator/schedule/ready_queue.h"

#include "absl/strings/str_cat.h"
#include "common/base/format.h"

namespace decant {
namespace {

std::string WhyNoMemory(const UnitNeed& need, const SlotOffer& offer) {
  const bool is_cpu = offer.device_memory_bytes == 0;
  const int64_t host =
      need.host_memory_bytes + (is_cpu ? need.device_memory_bytes : 0);
  if (offer.host_memory_bytes > 0 && host > offer.host_memory_bytes) {
    return absl::StrCat("needs ", HumanBytes(host),
                        " of host memory, the slot has ",
                        HumanBytes(offer.host_memory_bytes));
  }
  const int64_t size =
      is_cpu ? offer.host_memory_bytes : offer.device_memory_bytes;
  if (!is_cpu && need.device_memory_bytes > size) {
    return absl::StrCat("needs ", HumanBytes(need.device_memory_bytes),
                        " of device memory, the slot has ", HumanBytes(size));
  }
  if (need.memory_floor_bytes > 0 && size > 0 &&
      size <= need.memory_floor_bytes) {
    return absl::StrCat("ran out of memory in a slot of ",
                        HumanBytes(need.memory_floor_bytes), ", this one has ",
                        HumanBytes(size));
  }
  return "";
}

}  // namespace

UnitNeed NeedOf(const UnitSpec& spec, int64_t memory_floor_bytes) {
  return {.op = spec.op,
          .op_version = spec.op_version,
          .portable = spec.portable,
          .host_memory_bytes = spec.cost.host_memory_bytes,
          .device_memory_bytes = spec.cost.device_memory_bytes,
          .memory_floor_bytes = memory_floor_bytes};
}

std::string WhyNot(const UnitNeed& need, const std::string& job_class,
                   const SlotOffer& offer) {
  if (!need.portable && offer.numerics_class != job_class) {
    return absl::StrCat("numerics class is ", offer.numerics_class,
                        ", the job's is ", job_class);
  }
  const auto version = offer.op_versions->find(need.op);
  if (version == offer.op_versions->end()) {
    return absl::StrCat("has no op ", need.op);
  }
  if (version->second != need.op_version) {
    return absl::StrCat("has version ", version->second, " of op ", need.op,
                        ", the job needs ", need.op_version);
  }
  return WhyNoMemory(need, offer);
}

double NominalSeconds(const UnitCost& cost) {
  return static_cast<double>(cost.bytes_read + cost.bytes_written) / 1e9 +
         cost.flops / 1e11;
}

void ReadyQueue::Add(size_t unit, const UnitSpec& spec,
                     int64_t memory_floor_bytes) {
  Place place{NeedOf(spec, memory_floor_bytes),
              Rank{spec.step, -NominalSeconds(spec.cost), unit}};
  by_need_[place.need].insert(place.rank);
  places_.emplace(unit, std::move(place));
}

void ReadyQueue::Remove(size_t unit) {
  const auto place = places_.find(unit);
  if (place == places_.end()) return;
  const auto ranks = by_need_.find(place->second.need);
  ranks->second.erase(place->second.rank);
  if (ranks->second.empty()) by_need_.erase(ranks);
  places_.erase(place);
}

std::optional<size_t> ReadyQueue::Best(const std::string& job_class,
                                       const SlotOffer& offer) const {
  const Rank* best = nullptr;
  for (const auto& [need, ranks] : by_need_) {
    const Rank& first = *ranks.begin();
    if (best != nullptr && !(first < *best)) continue;
    if (WhyNot(need, job_class, offer).empty()) best = &first;
  }
  if (best == nullptr) return std::nullopt;
  return std::get<2>(*best);
}

std::string ReadyQueue::WhyNothing(const std::string& job_class,
                                   const SlotOffer& offer) const {
  std::string reason;
  for (const auto& [need, ranks] : by_need_) {
    const std::string why = WhyNot(need, job_class, offer);
    if (why.empty()) return "";
    if (reason.empty()) reason = absl::StrCat(need.op, ": ", why);
  }
  return reason;
}

}  // namespace decant
