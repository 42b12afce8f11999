// Consensus of several matrices under rotation (docs/methods, `generalized`).
#ifndef DECANT_WORKER_MATH_GENERALIZED_PROCRUSTES_H_
#define DECANT_WORKER_MATH_GENERALIZED_PROCRUSTES_H_

#include <ATen/core/Tensor.h>

#include <vector>

#include "absl/status/statusor.h"
#include "worker/math/procrustes.h"

namespace decant {

struct Consensus {
  at::Tensor mean;       // Of the aligned matrices, fp32.
  double objective = 0;  // sum_i |A_i - mean|^2 / sum_i |W_i|^2
  int num_rounds = 0;
};

// Starts from the plain mean; each round aligns every matrix to the running
// consensus on `side` (right or left) and averages. Ends when the objective
// changes by less than 1e-4, at the latest after 20 rounds. Holds one aligned
// matrix at a time besides the inputs.
// Source: Gower, "Generalized Procrustes analysis" (1975), without scaling.
//
// InvalidArgument  no matrices, another side, or as AlignToStudent.
absl::StatusOr<Consensus> AlignToConsensus(
    const std::vector<at::Tensor>& matrices, AlignSide side);

}  // namespace decant

#endif  // DECANT_WORKER_MATH_GENERALIZED_PROCRUSTES_H_
