#ifndef DECANT_WORKER_OPS_PROJECT_OP_H_
#define DECANT_WORKER_OPS_PROJECT_OP_H_

#include <memory>

#include "worker/ops/op.h"

namespace decant {

// Contract: common/ops/project_params.h. Holds two experts (four between
// layers) and the sum.
std::unique_ptr<Op> MakeProjectOp();

}  // namespace decant

#endif  // DECANT_WORKER_OPS_PROJECT_OP_H_
