#include "coordinator/api/api_server.h"

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>

#include <chrono>
#include <mutex>

#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/base/host_port.h"
#include "common/base/status_macros.h"
#include "common/base/version.h"

namespace decant {
namespace {

constexpr int kSecond = 1000;
constexpr int kMaxCallsPerConnection = 1024;
constexpr int kMaxMetadataBytes = 16 * 1024;
constexpr size_t kMaxServerMemoryBytes = size_t{1} << 30;

// Clients ping every 30 s even without calls; pings closer than 10 s are
// abuse. Connections are renewed every five minutes, so that a moved address
// or a rebalanced proxy is noticed; the grace outlives the longest poll.
void SetConnectionLimits(grpc::ServerBuilder& builder) {
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 30 * kSecond);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 10 * kSecond);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  builder.AddChannelArgument(
      GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 10 * kSecond);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_MS, 300 * kSecond);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS,
                             70 * kSecond);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS,
                             kMaxCallsPerConnection);
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, kMaxMetadataBytes);
  // Without this a second coordinator binds the same port in silence and the
  // kernel deals connections to both.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.SetMaxReceiveMessageSize(kMaxMessageBytes);
  builder.SetMaxSendMessageSize(kMaxMessageBytes);
  grpc::ResourceQuota quota("decant");
  builder.SetResourceQuota(quota.Resize(kMaxServerMemoryBytes));
}

// Both are process-wide switches of gRPC that act on builders made later.
void EnableHealthAndReflection() {
  static std::once_flag once;
  std::call_once(once, [] {
    grpc::EnableDefaultHealthCheckService(true);
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  });
}

}  // namespace

absl::StatusOr<std::unique_ptr<ApiServer>> ApiServer::Start(
    const ApiServerOptions& options, const CredentialFactory& credentials,
    Core& core) {
  ASSIGN_OR_RETURN(HostPort address, ParseHostPort(options.address));
  ASSIGN_OR_RETURN(const std::shared_ptr<grpc::ServerCredentials> accepted,
                   credentials.ForServer(options.address));
  EnableHealthAndReflection();
  auto server = absl::WrapUnique(new ApiServer(options, core));
  grpc::ServerBuilder builder;
  SetConnectionLimits(builder);
  builder.AddListeningPort(address.ToString(), accepted, &server->port_);
  builder.RegisterService(&server->job_service_);
  builder.RegisterService(&server->worker_service_);
  server->server_ = builder.BuildAndStart();
  // A failed bind shows as no server, or as a server on port 0.
  if (server->server_ == nullptr || server->port_ == 0) {
    return absl::AlreadyExistsError(
        absl::StrCat("address in use: ", options.address,
                     "; stop what listens there or choose another --listen"));
  }
  return server;
}

void ApiServer::Stop() {
  if (server_ == nullptr) return;
  server_->Shutdown(std::chrono::system_clock::now() + std::chrono::seconds(1));
  server_->Wait();
}

ApiServer::~ApiServer() { Stop(); }

}  // namespace decant
