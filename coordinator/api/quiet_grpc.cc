#include "coordinator/api/quiet_grpc.h"

#include <grpc/support/log.h>

#include <cstdlib>

namespace decant {

void SilenceGrpcLog() {
  if (std::getenv("GRPC_VERBOSITY") != nullptr) return;
  gpr_set_log_function([](gpr_log_func_args*) {});
}

}  // namespace decant
