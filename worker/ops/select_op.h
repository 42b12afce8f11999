#ifndef DECANT_WORKER_OPS_SELECT_OP_H_
#define DECANT_WORKER_OPS_SELECT_OP_H_

#include <memory>

#include "worker/ops/op.h"

namespace decant {

// Contract: common/ops/select_params.h.
std::unique_ptr<Op> MakeSelectOp();

}  // namespace decant

#endif  // DECANT_WORKER_OPS_SELECT_OP_H_
