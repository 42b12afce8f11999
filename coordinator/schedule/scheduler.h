// Which unit the next free slot gets. Pure.
//
// Strict priority (all jobs are equal so far); within it the job with the
// fewest running units first, then the older job; within a job the earliest
// step, then the longest unit. A decision costs jobs x kinds of requirement,
// never units.
#ifndef DECANT_COORDINATOR_SCHEDULE_SCHEDULER_H_
#define DECANT_COORDINATOR_SCHEDULE_SCHEDULER_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "common/unit/unit_spec.h"
#include "coordinator/schedule/ready_queue.h"
#include "coordinator/schedule/unit_key.h"

namespace decant {

// How many leases a worker may hold besides those its slots run.
inline constexpr int64_t kPrefetchPerSlot = 1;
inline constexpr int64_t kPrefetchPerSlotOfTiny = 16;

// Predicted to take under a second on any slot.
bool IsTiny(const UnitCost& cost);

class Scheduler {
 public:
  // A job leases nothing until it is opened with its numerics class.
  void OpenJob(int64_t job, const std::string& numerics_class);
  // Paused, stopping or final: its ready units stay known.
  void CloseJob(int64_t job);
  // Forgets its ready units too.
  void ForgetJob(int64_t job);

  // A unit that may be leased. OK to repeat with the same arguments.
  void AddReady(const UnitKey& unit, const UnitSpec& spec,
                int64_t memory_floor_bytes);
  void RemoveReady(const UnitKey& unit);
  // A lease of the job began (+1) or ended (-1).
  void CountRunning(int64_t job, int64_t change);

  // The unit for this slot; the caller grants it (and removes it from the
  // ready ones) or leaves it.
  std::optional<UnitKey> Pick(const SlotOffer& offer) const;

  // Units that wait in open jobs.
  size_t num_ready() const { return num_ready_; }
  size_t num_ready(int64_t job) const;
  // Grows whenever more may be leased than before: a worker that got nothing
  // at this version need not be asked again.
  int64_t version() const { return version_; }
  // Why nothing of `job` fits the offer; "" when something does.
  std::string WhyNothing(int64_t job, const SlotOffer& offer) const;

 private:
  struct JobEntry {
    bool open = false;
    std::string numerics_class;
    int64_t running = 0;
    ReadyQueue ready;
  };

  bool IsListed(const JobEntry& entry) const {
    return entry.open && entry.ready.size() > 0;
  }
  template <typename Change>
  void Update(int64_t job, Change change);

  std::map<int64_t, JobEntry> jobs_;
  // (running, job) of the open jobs with ready units.
  std::set<std::pair<int64_t, int64_t>> order_;
  size_t num_ready_ = 0;
  int64_t version_ = 0;
};

}  // namespace decant

#endif  // DECANT_COORDINATOR_SCHEDULE_SCHEDULER_H_
