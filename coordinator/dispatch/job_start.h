// From planned to running: the numerics class, and the look at what stands at
// the output path.
#ifndef DECANT_COORDINATOR_DISPATCH_JOB_START_H_
#define DECANT_COORDINATOR_DISPATCH_JOB_START_H_

#include <string>

#include "absl/status/statusor.h"
#include "coordinator/dispatch/core_state.h"

namespace decant {

// The class a job submitted now gets: that of the usable workers with CUDA if
// there are any, else of the others; among several the one with most slots.
// "" without workers.
std::string PreferredClass(const CoreState& state);

// The class a plan assumes: PreferredClass, or without workers that of the one
// seen last. It only predicts cache hits, so a worker that left will do.
std::string ExpectedClass(const CoreState& state);

// The identity of what the job makes; "" while its class is open.
std::string ResultIdentityOf(const JobRecord& job);

// The job's result already stands at its output path: the job is done. The
// job must be planning or running.
void AdoptPublished(CoreState& state, JobRecord& job);

// Jobs get their class when the first worker joins, and begin to run.
class JobStart {
 public:
  explicit JobStart(CoreState& state) : state_(state) {}

  // Call when jobs or workers changed.
  void StartJobs();

 private:
  void Start(JobRecord& job);
  void InspectOutput(JobRecord& job);
  void FinishInspection(int64_t number,
                        const absl::StatusOr<OutputState>& found);

  CoreState& state_;
};

}  // namespace decant

#endif  // DECANT_COORDINATOR_DISPATCH_JOB_START_H_
