// gRPC's own log, kept off stderr.
#ifndef DECANT_COORDINATOR_API_QUIET_GRPC_H_
#define DECANT_COORDINATOR_API_QUIET_GRPC_H_

namespace decant {

// gRPC explains a busy port in six lines of its own; users get our one line.
// Setting GRPC_VERBOSITY keeps its log. Call before the first use of gRPC.
void SilenceGrpcLog();

}  // namespace decant

#endif  // DECANT_COORDINATOR_API_QUIET_GRPC_H_
