#include "coordinator/api/job_service.h"

#include "coordinator/api/core_call.h"

namespace decant {

using Context = JobService::Context;
using Reactor = JobService::Reactor;

Reactor* JobService::Plan(Context*, const v1::PlanRequest* request,
                          v1::PlanReply* reply) {
  return CallCore(core_, &Core::Plan, *request, reply);
}

Reactor* JobService::Submit(Context*, const v1::SubmitRequest* request,
                            v1::SubmitReply* reply) {
  return CallCore(core_, &Core::Submit, *request, reply);
}

Reactor* JobService::Get(Context*, const v1::GetJobRequest* request,
                         v1::GetJobReply* reply) {
  return CallCore(core_, &Core::Get, *request, reply);
}

Reactor* JobService::List(Context*, const v1::ListJobsRequest* request,
                          v1::ListJobsReply* reply) {
  return CallCore(core_, &Core::List, *request, reply);
}

Reactor* JobService::Watch(Context*, const v1::WatchRequest* request,
                           v1::WatchReply* reply) {
  return CallCore(core_, &Core::Watch, *request, reply);
}

Reactor* JobService::Cancel(Context*, const v1::JobActionRequest* request,
                            v1::JobActionReply* reply) {
  return CallCore(core_, &Core::Cancel, *request, reply);
}

Reactor* JobService::Pause(Context*, const v1::JobActionRequest* request,
                           v1::JobActionReply* reply) {
  return CallCore(core_, &Core::Pause, *request, reply);
}

Reactor* JobService::Resume(Context*, const v1::JobActionRequest* request,
                            v1::JobActionReply* reply) {
  return CallCore(core_, &Core::Resume, *request, reply);
}

Reactor* JobService::Retry(Context*, const v1::JobActionRequest* request,
                           v1::JobActionReply* reply) {
  return CallCore(core_, &Core::Retry, *request, reply);
}

Reactor* JobService::ListUnits(Context*, const v1::ListUnitsRequest* request,
                               v1::ListUnitsReply* reply) {
  return CallCore(core_, &Core::ListUnits, *request, reply);
}

Reactor* JobService::ListWorkers(Context*,
                                 const v1::ListWorkersRequest* request,
                                 v1::ListWorkersReply* reply) {
  return CallCore(core_, &Core::ListWorkers, *request, reply);
}

Reactor* JobService::GetReportData(Context*,
                                   const v1::GetReportDataRequest* request,
                                   v1::GetReportDataReply* reply) {
  return CallCore(core_, &Core::GetReportData, *request, reply);
}

// Answered here and not by the core: it must work while the core is busy, since
// clients ask it first to learn who they talk to.
Reactor* JobService::GetVersion(Context*, const v1::GetVersionRequest*,
                                v1::GetVersionReply* reply) {
  return AnswerNow<v1::GetVersionReply>(version_, reply);
}

}  // namespace decant
