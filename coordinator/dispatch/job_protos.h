// The core's records as users see them.
#ifndef DECANT_COORDINATOR_DISPATCH_JOB_PROTOS_H_
#define DECANT_COORDINATOR_DISPATCH_JOB_PROTOS_H_

#include "common/base/json.h"
#include "coordinator/dispatch/core_state.h"
#include "decant/v1/job.pb.h"

namespace decant {

v1::JobState ToProto(JobState state);
v1::UnitState ToProto(UnitState state);

v1::Job ToProto(const JobRecord& job);
// Without summary_json and waits_for.
v1::Unit ToProto(const CoreState& state, const JobRecord& job, size_t unit);
// With them.
v1::Unit ToDetailedProto(const CoreState& state, const JobRecord& job,
                         size_t unit);
v1::Worker ToProto(const CoreState& state, const WorkerRecord& worker);
// One unit as an entry of a report.
Json ToReportJson(const JobRecord& job, size_t unit);

// "active", "draining" or "lost".
const char* WorkerStateName(const CoreState& state, const WorkerRecord& worker);

}  // namespace decant

#endif  // DECANT_COORDINATOR_DISPATCH_JOB_PROTOS_H_
