// What the core knows, and the few ways to change it that keep counts, ready
// queues and the list of rows to write in step. Used by the core's thread
// alone. The files unit_flow, worker_sync, assignment, job_submission,
// job_actions, job_finish and job_pages say what happens when.
#ifndef DECANT_COORDINATOR_DISPATCH_CORE_STATE_H_
#define DECANT_COORDINATOR_DISPATCH_CORE_STATE_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "coordinator/dispatch/core.h"
#include "coordinator/dispatch/core_metrics.h"
#include "coordinator/dispatch/job_record.h"
#include "coordinator/dispatch/worker_record.h"
#include "coordinator/schedule/lease_book.h"
#include "coordinator/schedule/scheduler.h"
#include "coordinator/store/store.h"

namespace decant {

// Both clocks, read together.
struct CoreTime {
  absl::Duration steady;    // For leases and waits.
  int64_t unix_micros = 0;  // For people.
};

// Runs on the pool; what it returns runs on the core's thread.
using SlowWork = std::function<std::function<void()>()>;

class CoreState {
 public:
  // References outlive this object.
  CoreState(CoreOptions core_options, Store& core_store, JobFiles& core_files);
  // Jobs, units and leases as stored. Every lease gets one full TTL.
  absl::Status Load();

  // Takes a new job in. Its specs are written with it.
  JobRecord& AddJob(JobRecord job);
  JobRecord& job(int64_t number) { return *jobs.at(number); }
  UnitRecord& unit(const UnitKey& key) { return job(key.job).units[key.unit]; }
  JobRecord* FindJob(const std::string& job_id);
  // NotFound with the line a user sees.
  absl::StatusOr<JobRecord*> GetJob(const std::string& job_id);
  // Loads the units of a job that ended before this process began.
  absl::Status NeedUnits(JobRecord& job);

  // The event must be allowed in the unit's state: anything else is a bug and
  // ends the process, because state and store would part.
  void MoveUnit(const UnitKey& key, UnitEvent event);
  // Blocked <-> ready, as its inputs say.
  void FollowInputs(const UnitKey& key);
  void TouchUnit(const UnitKey& key);  // Its row changed.
  absl::Status MoveJob(JobRecord& job, JobEvent event);
  void TouchJob(JobRecord& job);  // Its row changed.
  void BumpJob(JobRecord& job);   // Only what watchers see changed.
  void AddEvent(const JobRecord& job, const std::string& kind,
                const std::string& message);

  // Opens or closes the job in the scheduler, as its state says; opening lists
  // its ready units to be looked up.
  void OpenOrClose(JobRecord& job);

  // Whether units of the job may be looked up and leased now.
  static bool IsOpen(const JobRecord& job);
  // Workers that take units: seen lately, not draining, workspace proven.
  bool IsUsable(const WorkerRecord& worker) const;
  bool IsLost(const WorkerRecord& worker) const;

  // Answers after the step's commit: `value`, or the commit's error.
  template <typename T>
  void Answer(Reply<T> reply, absl::StatusOr<T> value) {
    answers.push_back([reply = std::move(reply),
                       value = std::move(value)](const absl::Status& commit) {
      if (!commit.ok()) {
        reply(commit);
      } else {
        reply(value);
      }
    });
  }
  // Starts after the step's commit.
  void RunSlowly(SlowWork work) { slow_work.push_back(std::move(work)); }

  // Everything that changed since the last successful commit.
  absl::Status Commit();

  const CoreOptions options;
  Store& store;
  JobFiles& files;
  CoreTime now;

  std::map<int64_t, std::unique_ptr<JobRecord>> jobs;  // By creation.
  std::map<std::string, WorkerRecord> workers;
  LeaseBook leases;
  Scheduler scheduler;
  CoreMetrics metrics;  // Only what is counted, not what is looked up.

  // Ready units waiting out a backoff, by its end.
  std::set<std::pair<absl::Duration, UnitKey>> delayed;
  // Ready units whose action key must be looked up.
  std::vector<UnitKey> to_look_up;
  // Jobs that something happened to in this step.
  std::set<int64_t> touched_jobs;
  // A worker joined, left or changed: jobs may find or lose their workers.
  bool workers_changed = true;

  std::vector<std::function<void(const absl::Status&)>> answers;
  std::vector<SlowWork> slow_work;
  WriteBatch pending;  // History rows, and the specs of new jobs.

 private:
  void AddLoadedLeases(JobRecord& job);

  std::map<std::string, int64_t> job_numbers_;
  std::vector<UnitKey> dirty_units_;
  std::set<int64_t> dirty_jobs_;
  int64_t next_job_number_ = 1;
};

}  // namespace decant

#endif  // DECANT_COORDINATOR_DISPATCH_CORE_STATE_H_
