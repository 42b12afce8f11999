// JobService as the verbs call it: deadlines, retries and errors in one place.
#ifndef DECANT_CLI_JOB_CLIENT_H_
#define DECANT_CLI_JOB_CLIENT_H_

#include <grpcpp/channel.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "cli/interrupt.h"
#include "decant/v1/job.grpc.pb.h"

namespace decant {

// Not thread-safe. Every call blocks; an interrupt ends it with Cancelled.
// Unavailable names the address. Codes are those of the coordinator.
class JobClient {
 public:
  // `address` is HOST:PORT of a plaintext coordinator. `interrupt` outlives
  // the client.
  JobClient(const std::string& address, Interrupt& interrupt);

  const std::string& address() const { return address_; }

  // Waits at most `patience` for an answer.
  absl::StatusOr<v1::GetVersionReply> GetVersion(absl::Duration patience);
  // Unavailable when the coordinator does not answer, FailedPrecondition when
  // it speaks no API version that this build does.
  absl::Status CheckVersion();

  absl::StatusOr<std::string> Plan(const v1::PlanRequest& request);
  absl::StatusOr<v1::SubmitReply> Submit(const v1::SubmitRequest& request);
  absl::StatusOr<v1::Job> Get(const std::string& job_id);
  absl::StatusOr<std::vector<v1::Job>> List();
  // The job once its version exceeds `after_version`, or as it stands after
  // `hold`.
  absl::StatusOr<v1::Job> Watch(const std::string& job_id,
                                int64_t after_version, absl::Duration hold);
  absl::StatusOr<v1::Job> Cancel(const std::string& job_id);
  absl::StatusOr<v1::Job> Pause(const std::string& job_id);
  absl::StatusOr<v1::Job> Resume(const std::string& job_id);
  absl::StatusOr<v1::Job> Retry(const std::string& job_id);
  // All pages.
  absl::StatusOr<std::vector<v1::Unit>> ListUnits(v1::ListUnitsRequest request);
  absl::StatusOr<std::vector<v1::Worker>> ListWorkers();

 private:
  using Stub = v1::JobService::Stub;

  // One call with a deadline.
  template <typename Request, typename T>
  absl::StatusOr<T> Call(grpc::Status (Stub::*method)(grpc::ClientContext*,
                                                      const Request&, T*),
                         const Request& request, absl::Duration patience);
  absl::StatusOr<v1::Job> Act(
      grpc::Status (Stub::*method)(grpc::ClientContext*,
                                   const v1::JobActionRequest&,
                                   v1::JobActionReply*),
      const std::string& job_id);

  const std::string address_;
  Interrupt& interrupt_;
  const std::unique_ptr<Stub> stub_;
};

}  // namespace decant

#endif  // DECANT_CLI_JOB_CLIENT_H_
