#include "worker/ops/assemble_op.h"
#include "worker/ops/fingerprint_op.h"
#include "worker/ops/merge_op.h"
#include "worker/ops/op_registry.h"
#include "worker/ops/project_op.h"
#include "worker/ops/seal_op.h"
#include "worker/ops/select_op.h"

namespace decant {

void RegisterBuiltinOps(OpRegistry& registry) {
  registry.Add(MakeFingerprintOp());
  registry.Add(MakeSelectOp());
  registry.Add(MakeProjectOp());
  registry.Add(MakeMergeOp());
  registry.Add(MakeAssembleOp());
  registry.Add(MakeSealOp());
}

}  // namespace decant
