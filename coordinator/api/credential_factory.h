// Who may connect. Today only this machine may: TLS gets its own factory.
#ifndef DECANT_COORDINATOR_API_CREDENTIAL_FACTORY_H_
#define DECANT_COORDINATOR_API_CREDENTIAL_FACTORY_H_

#include <grpcpp/security/server_credentials.h>

#include <memory>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace decant {

class CredentialFactory {
 public:
  virtual ~CredentialFactory() = default;

  // Credentials for a server that binds `address` ("HOST:PORT").
  // InvalidArgument with the one line the user sees: no such address, or one
  // this factory must not serve.
  virtual absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> ForServer(
      absl::string_view address) const = 0;
};

// Plaintext, on loopback addresses and nowhere else.
class LoopbackCredentials final : public CredentialFactory {
 public:
  absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> ForServer(
      absl::string_view address) const override;
};

}  // namespace decant

#endif  // DECANT_COORDINATOR_API_CREDENTIAL_FACTORY_H_
