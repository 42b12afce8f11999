// What a made model is, tensor by tensor, against the student it came from.
#ifndef DECANT_WORKER_OPS_MODEL_COMPARISON_H_
#define DECANT_WORKER_OPS_MODEL_COMPARISON_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/json.h"
#include "common/model/model.h"
#include "common/tensor/checkpoint.h"
#include "common/tensor/tensor_compare.h"

namespace decant {

struct TensorChange {
  std::string name;
  std::string role;
  int64_t layer = -1;
  DType dtype = DType::kF32;
  std::vector<int64_t> shape;
  std::string digest;
  // A tensor that the student lacks, or has in another shape, counts as
  // changed in every element, with relative change 1 and cosine 0.
  TensorComparison comparison;
  bool is_all_zero = false;
};

struct CompareOptions {
  int threads = 1;
  std::function<absl::Status()> check_cancelled;              // Thread-safe.
  std::function<void(int64_t done, int64_t total)> progress;  // Thread-safe.
};

// Reads every tensor of `made` (twice: digest, then comparison), in model
// order, several at a time. The result does not depend on the threads.
absl::StatusOr<std::vector<TensorChange>> CompareModels(
    const Model& made, const Checkpoint& student,
    const CompareOptions& options);

// Totals as the gates read them: num_tensors, num_elements, changed_elements,
// changed_elements_fraction, max_relative_change, max_relative_change_tensor
// (the first of equals), nonfinite_elements.
Json SummariseChanges(const std::vector<TensorChange>& changes);

// The artifact "report": {"tensors": [{name, role, layer, changed_fraction,
// relative_change, cosine}]}.
Json ReportChanges(const std::vector<TensorChange>& changes);

}  // namespace decant

#endif  // DECANT_WORKER_OPS_MODEL_COMPARISON_H_
