#ifndef DECANT_WORKER_OPS_SEAL_OP_H_
#define DECANT_WORKER_OPS_SEAL_OP_H_

#include <memory>

#include "worker/ops/op.h"

namespace decant {

// Contract: common/ops/seal_params.h.
std::unique_ptr<Op> MakeSealOp();

}  // namespace decant

#endif  // DECANT_WORKER_OPS_SEAL_OP_H_
