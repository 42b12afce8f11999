// The gRPC server: JobService, WorkerService, health and reflection.
#ifndef DECANT_COORDINATOR_API_API_SERVER_H_
#define DECANT_COORDINATOR_API_API_SERVER_H_

#include <grpcpp/server.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "coordinator/api/credential_factory.h"
#include "coordinator/api/job_service.h"
#include "coordinator/api/worker_service.h"
#include "coordinator/dispatch/core.h"

namespace decant {

struct ApiServerOptions {
  std::string address = "127.0.0.1:7070";  // Port 0: the kernel chooses.
  v1::GetVersionReply version;
};

// Serves from Start until Stop. Thread-safe.
class ApiServer {
 public:
  // `core` outlives this object.
  //
  // InvalidArgument     `credentials` refuses the address.
  // AlreadyExists       the address is in use; names it.
  static absl::StatusOr<std::unique_ptr<ApiServer>> Start(
      const ApiServerOptions& options, const CredentialFactory& credentials,
      Core& core);
  ~ApiServer();

  int port() const { return port_; }

  // Refuses new calls and waits for the running ones; those still parked after
  // a second are cut off. Stop the core first: it answers what it holds.
  // Idempotent.
  void Stop();

 private:
  ApiServer(const ApiServerOptions& options, Core& core)
      : job_service_(core, options.version), worker_service_(core) {}

  JobService job_service_;
  WorkerService worker_service_;
  std::unique_ptr<grpc::Server> server_;
  int port_ = 0;
};

}  // namespace decant

#endif  // DECANT_COORDINATOR_API_API_SERVER_H_
