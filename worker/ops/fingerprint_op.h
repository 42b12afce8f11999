#ifndef DECANT_WORKER_OPS_FINGERPRINT_OP_H_
#define DECANT_WORKER_OPS_FINGERPRINT_OP_H_

#include <memory>

#include "worker/ops/op.h"

namespace decant {

// Contract: common/ops/fingerprint_params.h. Reads each byte once; holds about
// 256 MB.
std::unique_ptr<Op> MakeFingerprintOp();

}  // namespace decant

#endif  // DECANT_WORKER_OPS_FINGERPRINT_OP_H_
