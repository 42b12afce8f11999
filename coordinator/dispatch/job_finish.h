// The end of a job: gates, publishing, and cleaning up.
#ifndef DECANT_COORDINATOR_DISPATCH_JOB_FINISH_H_
#define DECANT_COORDINATOR_DISPATCH_JOB_FINISH_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "coordinator/dispatch/core_state.h"

namespace decant {

// Every step may be cut off by a crash and is simply repeated: gates are pure,
// and publishing, rejecting and cleaning up are idempotent.
class JobFinish {
 public:
  explicit JobFinish(CoreState& state) : state_(state) {}

  // Ends the job if all its units are done, or if it is stopping and its last
  // lease has ended.
  void Check(JobRecord& job);

 private:
  void FinishStopping(JobRecord& job);
  void Judge(JobRecord& job);
  void Publish(JobRecord& job, const std::string& staging_folder);
  void Reject(JobRecord& job, const std::string& staging_folder);
  void Fail(JobRecord& job, const absl::Status& status);

  CoreState& state_;
};

}  // namespace decant

#endif  // DECANT_COORDINATOR_DISPATCH_JOB_FINISH_H_
