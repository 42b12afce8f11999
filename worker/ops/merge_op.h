#ifndef DECANT_WORKER_OPS_MERGE_OP_H_
#define DECANT_WORKER_OPS_MERGE_OP_H_

#include <memory>

#include "worker/ops/op.h"

namespace decant {

// Contract: common/ops/merge_params.h. Holds a handful of copies of the
// tensor in fp32, and some in fp64 while it aligns.
std::unique_ptr<Op> MakeMergeOp();

}  // namespace decant

#endif  // DECANT_WORKER_OPS_MERGE_OP_H_
