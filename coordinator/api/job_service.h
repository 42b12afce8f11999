// JobService: users' calls, handed to the core.
#ifndef DECANT_COORDINATOR_API_JOB_SERVICE_H_
#define DECANT_COORDINATOR_API_JOB_SERVICE_H_

#include "coordinator/dispatch/core.h"
#include "decant/v1/job.grpc.pb.h"

namespace decant {

// Thread-safe. `core` outlives this object and is stopped before it, so that
// no call waits for ever.
class JobService final : public v1::JobService::CallbackService {
 public:
  // `version` answers GetVersion.
  JobService(Core& core, v1::GetVersionReply version)
      : core_(core), version_(std::move(version)) {}

  using Context = grpc::CallbackServerContext;
  using Reactor = grpc::ServerUnaryReactor;

  Reactor* Plan(Context* context, const v1::PlanRequest* request,
                v1::PlanReply* reply) override;
  Reactor* Submit(Context* context, const v1::SubmitRequest* request,
                  v1::SubmitReply* reply) override;
  Reactor* Get(Context* context, const v1::GetJobRequest* request,
               v1::GetJobReply* reply) override;
  Reactor* List(Context* context, const v1::ListJobsRequest* request,
                v1::ListJobsReply* reply) override;
  Reactor* Watch(Context* context, const v1::WatchRequest* request,
                 v1::WatchReply* reply) override;
  Reactor* Cancel(Context* context, const v1::JobActionRequest* request,
                  v1::JobActionReply* reply) override;
  Reactor* Pause(Context* context, const v1::JobActionRequest* request,
                 v1::JobActionReply* reply) override;
  Reactor* Resume(Context* context, const v1::JobActionRequest* request,
                  v1::JobActionReply* reply) override;
  Reactor* Retry(Context* context, const v1::JobActionRequest* request,
                 v1::JobActionReply* reply) override;
  Reactor* ListUnits(Context* context, const v1::ListUnitsRequest* request,
                     v1::ListUnitsReply* reply) override;
  Reactor* ListWorkers(Context* context, const v1::ListWorkersRequest* request,
                       v1::ListWorkersReply* reply) override;
  Reactor* GetReportData(Context* context,
                         const v1::GetReportDataRequest* request,
                         v1::GetReportDataReply* reply) override;
  Reactor* GetVersion(Context* context, const v1::GetVersionRequest* request,
                      v1::GetVersionReply* reply) override;

 private:
  Core& core_;
  const v1::GetVersionReply version_;
};

}  // namespace decant

#endif  // DECANT_COORDINATOR_API_JOB_SERVICE_H_
