#include "coordinator/api/credential_factory.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/base/host_port.h"
#include "common/base/status_macros.h"

namespace decant {

absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>>
LoopbackCredentials::ForServer(absl::string_view address) const {
  ASSIGN_OR_RETURN(const HostPort parsed, ParseHostPort(address));
  if (!IsLoopbackHost(parsed.host)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--listen ", address, ": without TLS only loopback is served; use ",
        "127.0.0.1:", parsed.port, " and reach it from other hosts by ",
        "an SSH tunnel (ssh -L)"));
  }
  return grpc::InsecureServerCredentials();
}

}  // namespace decant
