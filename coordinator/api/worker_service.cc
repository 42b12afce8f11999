#include "coordinator/api/worker_service.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/base/version.h"
#include "coordinator/api/core_call.h"

namespace decant {
namespace {

absl::Status CheckRequest(const v1::SyncRequest& request) {
  if (request.api_version() < kMinApiVersion ||
      request.api_version() > kMaxApiVersion) {
    return absl::FailedPreconditionError(absl::StrCat(
        "worker '", request.worker_id(), "' (version ", request.version(),
        ") speaks API version ", request.api_version(), "; this coordinator ",
        "(version ", kVersion, ") speaks ", kMinApiVersion, " to ",
        kMaxApiVersion, "; install matching versions"));
  }
  if (request.worker_id().empty() || request.incarnation().empty()) {
    return absl::InvalidArgumentError("Sync without worker_id or incarnation");
  }
  return absl::OkStatus();
}

}  // namespace

grpc::ServerUnaryReactor* WorkerService::Sync(grpc::CallbackServerContext*,
                                              const v1::SyncRequest* request,
                                              v1::SyncReply* reply) {
  const absl::Status status = CheckRequest(*request);
  if (!status.ok()) return AnswerNow<v1::SyncReply>(status, reply);
  return CallCore(core_, &Core::Sync, *request, reply);
}

}  // namespace decant
