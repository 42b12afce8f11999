// The core without its thread: all its logic, stepped by whoever owns time.
// The coordinator steps it from one thread (core.cc), the simulator and the
// tests from theirs.
//
// Order inside a step: apply requests (results, then renewals) -> expire ->
// start, finish and look up -> assign -> commit -> reply.
#ifndef DECANT_COORDINATOR_DISPATCH_CORE_LOOP_H_
#define DECANT_COORDINATOR_DISPATCH_CORE_LOOP_H_

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "coordinator/dispatch/assignment.h"
#include "coordinator/dispatch/cache_lookups.h"
#include "coordinator/dispatch/core.h"
#include "coordinator/dispatch/core_state.h"
#include "coordinator/dispatch/job_actions.h"
#include "coordinator/dispatch/job_finish.h"
#include "coordinator/dispatch/job_pages.h"
#include "coordinator/dispatch/job_start.h"
#include "coordinator/dispatch/job_submission.h"
#include "coordinator/dispatch/unit_flow.h"
#include "coordinator/dispatch/worker_sync.h"

namespace decant {

class CoreLoop {
 public:
  // Runs on the core's thread, inside a step.
  using Message = std::function<void(CoreLoop&)>;
  // Called inside a step, after its commit: run the work anywhere, then pass
  // what it returns to a later step as a message.
  using StartSlowWork = std::function<void(SlowWork)>;

  // Loads all state. References outlive the loop.
  static absl::StatusOr<std::unique_ptr<CoreLoop>> Open(
      CoreOptions options, Store& store, JobFiles& files, CoreTime now,
      StartSlowWork start_slow_work);

  // One step. Returns the steady time of the next one that is needed even if
  // no message comes; nullopt: none.
  //
  // Internal: the store cannot be trusted; do not step again, end the process.
  absl::StatusOr<std::optional<absl::Duration>> Step(
      CoreTime now, const std::vector<Message>& messages);

  // Inside a step only:
  void Sync(const v1::SyncRequest& request, Reply<v1::SyncReply> reply);
  void Plan(const v1::PlanRequest& request, Reply<v1::PlanReply> reply);
  void Submit(const v1::SubmitRequest& request, Reply<v1::SubmitReply> reply);
  void Get(const v1::GetJobRequest& request, Reply<v1::GetJobReply> reply);
  void List(const v1::ListJobsRequest& request, Reply<v1::ListJobsReply> reply);
  void Watch(const v1::WatchRequest& request, Reply<v1::WatchReply> reply);
  void Act(JobAction action, const v1::JobActionRequest& request,
           Reply<v1::JobActionReply> reply);
  void ListUnits(const v1::ListUnitsRequest& request,
                 Reply<v1::ListUnitsReply> reply);
  void ListWorkers(Reply<v1::ListWorkersReply> reply);
  void GetReportData(const v1::GetReportDataRequest& request,
                     Reply<v1::GetReportDataReply> reply);
  void GetMetrics(Reply<CoreMetrics> reply);

  // Answers everything that is parked with `status`. Outside of steps.
  void AnswerAll(const absl::Status& status);

  const CoreState& state() const { return state_; }

 private:
  CoreLoop(CoreOptions options, Store& store, JobFiles& files,
           StartSlowWork start_slow_work);

  void Advance();
  absl::Status CommitAndAnswer();
  std::optional<absl::Duration> NextDeadline() const;

  CoreState state_;
  UnitFlow flow_;
  CacheLookups lookups_;
  WorkerSync sync_;
  Assignment assignment_;
  JobStart start_;
  JobFinish finish_;
  JobSubmission submission_;
  JobWatches watches_;
  const StartSlowWork start_slow_work_;
  // While the disk is full: when to try the commit again, and what it said.
  absl::Duration retry_commit_at_;
  absl::Status commit_status_;
};

}  // namespace decant

#endif  // DECANT_COORDINATOR_DISPATCH_CORE_LOOP_H_
