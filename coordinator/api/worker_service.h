// WorkerService: workers' Sync, handed to the core.
#ifndef DECANT_COORDINATOR_API_WORKER_SERVICE_H_
#define DECANT_COORDINATOR_API_WORKER_SERVICE_H_

#include "coordinator/dispatch/core.h"
#include "decant/v1/worker.grpc.pb.h"

namespace decant {

// Thread-safe. `core` outlives this object and is stopped before it.
class WorkerService final : public v1::WorkerService::CallbackService {
 public:
  explicit WorkerService(Core& core) : core_(core) {}

  // FailedPrecondition when the worker speaks another API version;
  // InvalidArgument when it does not say who it is.
  grpc::ServerUnaryReactor* Sync(grpc::CallbackServerContext* context,
                                 const v1::SyncRequest* request,
                                 v1::SyncReply* reply) override;

 private:
  Core& core_;
};

}  // namespace decant

#endif  // DECANT_COORDINATOR_API_WORKER_SERVICE_H_
