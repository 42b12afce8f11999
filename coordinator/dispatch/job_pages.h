// What users read: jobs, units, workers, reports; and watching a job.
#ifndef DECANT_COORDINATOR_DISPATCH_JOB_PAGES_H_
#define DECANT_COORDINATOR_DISPATCH_JOB_PAGES_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "coordinator/dispatch/core.h"
#include "coordinator/dispatch/core_state.h"
#include "decant/v1/job.pb.h"

namespace decant {

// Pages stay below gRPC's 4 MiB. InvalidArgument: a page token that no page
// gave out. NotFound: no such job or unit.
absl::StatusOr<v1::ListJobsReply> ListJobs(CoreState& state,
                                           const v1::ListJobsRequest& request);
absl::StatusOr<v1::ListUnitsReply> ListUnits(
    CoreState& state, const v1::ListUnitsRequest& request);
absl::StatusOr<v1::GetReportDataReply> ReportPage(
    CoreState& state, const v1::GetReportDataRequest& request);
v1::ListWorkersReply ListWorkers(const CoreState& state);

// Counters of the core plus gauges taken from its state now.
CoreMetrics SnapshotMetrics(const CoreState& state);

// Parked Watch calls. Each is answered when its job's version differs from
// the one the caller has seen (versions start anew after a restart), at most
// ten times a second for mere progress.
class JobWatches {
 public:
  explicit JobWatches(CoreState& state) : state_(state) {}

  void Take(const v1::WatchRequest& request, Reply<v1::WatchReply> reply);
  void AnswerReady();
  std::optional<absl::Duration> NextDeadline() const;
  void AnswerAll(const absl::Status& status);

 private:
  struct Watch {
    int64_t job = 0;
    int64_t seen_version = 0;
    JobState seen_state = JobState::kPlanning;
    absl::Duration not_before;
    absl::Duration hold_until;
    Reply<v1::WatchReply> reply;
  };

  bool IsDue(const Watch& watch) const;

  CoreState& state_;
  std::vector<Watch> watches_;
};

}  // namespace decant

#endif  // DECANT_COORDINATOR_DISPATCH_JOB_PAGES_H_
