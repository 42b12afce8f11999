// Plan and Submit.
#ifndef DECANT_COORDINATOR_DISPATCH_JOB_SUBMISSION_H_
#define DECANT_COORDINATOR_DISPATCH_JOB_SUBMISSION_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "coordinator/dispatch/core.h"
#include "coordinator/dispatch/core_state.h"
#include "coordinator/plan/job_plan.h"
#include "decant/v1/job.pb.h"

namespace decant {

// Submitting is idempotent: the same recipe on the same sources with the same
// output is the same job. What a second submission finds decides:
//
//   job lives                  attached
//   job is stopping            waits until it ended, then as below
//   output is the same result  done, nothing runs
//   output is something else   AlreadyExists, unless it may be replaced
//   output is free             a new job; a failed, cancelled or rejected one
//                              goes on; a done one runs again from what is
//                              known
class JobSubmission {
 public:
  explicit JobSubmission(CoreState& state) : state_(state) {}

  void Plan(const v1::PlanRequest& request, Reply<v1::PlanReply> reply);
  void Submit(const v1::SubmitRequest& request, Reply<v1::SubmitReply> reply);
  // Goes on with submissions that waited for a job to end.
  void Continue();
  void AnswerAll(const absl::Status& status);

 private:
  struct Submission {
    JobPlan plan;
    bool replace = false;
    Reply<v1::SubmitReply> reply;
  };

  void Decide(Submission submission);
  void Inspect(Submission submission, const std::string& numerics_class);
  void FinishInspection(Submission submission,
                        const std::string& numerics_class,
                        const absl::StatusOr<OutputState>& found);
  // The job's id, whether it existed.
  absl::StatusOr<v1::SubmitReply> StartJob(const Submission& submission,
                                           const std::string& numerics_class,
                                           OutputState found);
  absl::StatusOr<JobRecord*> AddJob(const Submission& submission,
                                    const std::string& numerics_class);
  // The newest job of this plan and output; a final one only if its class is
  // `numerics_class` or that is not known. nullptr: none.
  JobRecord* FindSame(const JobPlan& plan, const std::string& numerics_class);
  absl::Status CheckOutputIsUnused(const JobPlan& plan);

  CoreState& state_;
  std::vector<Submission> waiting_;
};

}  // namespace decant

#endif  // DECANT_COORDINATOR_DISPATCH_JOB_SUBMISSION_H_
