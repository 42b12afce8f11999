#ifndef DECANT_WORKER_OPS_ASSEMBLE_OP_H_
#define DECANT_WORKER_OPS_ASSEMBLE_OP_H_

#include <memory>

#include "worker/ops/op.h"

namespace decant {

// Contract: common/ops/assemble_params.h. Holds one block of 16 MB a
// thread.
std::unique_ptr<Op> MakeAssembleOp();

}  // namespace decant

#endif  // DECANT_WORKER_OPS_ASSEMBLE_OP_H_
