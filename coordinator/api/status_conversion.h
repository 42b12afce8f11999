// absl::Status as gRPC carries it. The codes are numerically equal; neither
// library converts by itself.
#ifndef DECANT_COORDINATOR_API_STATUS_CONVERSION_H_
#define DECANT_COORDINATOR_API_STATUS_CONVERSION_H_

#include <grpcpp/support/status.h>

#include "absl/status/status.h"

namespace decant {

// Control characters in the message become '?', and it is cut at 4 KB: gRPC
// sends it as a header, whose size the peer limits.
grpc::Status ToGrpcStatus(const absl::Status& status);

}  // namespace decant

#endif  // DECANT_COORDINATOR_API_STATUS_CONVERSION_H_
