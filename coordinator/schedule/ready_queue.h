// The units of one job that may be leased now, indexed so that a decision
// costs a look at each kind of requirement and not at each unit. Pure.
#ifndef DECANT_COORDINATOR_SCHEDULE_READY_QUEUE_H_
#define DECANT_COORDINATOR_SCHEDULE_READY_QUEUE_H_

#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>

#include "common/unit/unit_spec.h"

namespace decant {

// One free place on a worker. Pointers are borrowed.
struct SlotOffer {
  std::string numerics_class;
  const std::map<std::string, int64_t>* op_versions = nullptr;
  int64_t host_memory_bytes = 0;    // 0: not known, everything fits.
  int64_t device_memory_bytes = 0;  // 0: a CPU, tensors live in host memory.
  // Numbers of jobs whose sources this host cannot open; may be null.
  const std::set<int64_t>* ineligible_jobs = nullptr;
};

// What a unit asks of a slot. Units of one kind share one.
struct UnitNeed {
  std::string op;
  int64_t op_version = 0;
  bool portable = false;
  int64_t host_memory_bytes = 0;
  int64_t device_memory_bytes = 0;
  int64_t memory_floor_bytes = 0;  // A slot of this size ran out of memory.

  friend auto operator<=>(const UnitNeed&, const UnitNeed&) = default;
};

UnitNeed NeedOf(const UnitSpec& spec, int64_t memory_floor_bytes);

// Why a unit with `need` of a job with `job_class` cannot run on `offer`; ""
// when it can.
std::string WhyNot(const UnitNeed& need, const std::string& job_class,
                   const SlotOffer& offer);

// Bytes and FLOPs as seconds on a nominal CPU slot (1 GB/s, 100 GFLOP/s):
// orders units and weighs progress, nothing more.
double NominalSeconds(const UnitCost& cost);

class ReadyQueue {
 public:
  // `unit` must not be in the queue.
  void Add(size_t unit, const UnitSpec& spec, int64_t memory_floor_bytes);
  // OK when it is not there.
  void Remove(size_t unit);
  size_t size() const { return places_.size(); }

  // The first unit in order (earliest step, then longest, then plan order)
  // that fits the offer.
  std::optional<size_t> Best(const std::string& job_class,
                             const SlotOffer& offer) const;
  // One reason why nothing fits; "" when something does or nothing waits.
  std::string WhyNothing(const std::string& job_class,
                         const SlotOffer& offer) const;

 private:
  // Step, minus nominal seconds, place in the plan.
  using Rank = std::tuple<int64_t, double, size_t>;
  struct Place {
    UnitNeed need;
    Rank rank;
  };

  std::map<UnitNeed, std::set<Rank>> by_need_;
  std::unordered_map<size_t, Place> places_;
};

}  // namespace decant

#endif  // DECANT_COORDINATOR_SCHEDULE_READY_QUEUE_H_
