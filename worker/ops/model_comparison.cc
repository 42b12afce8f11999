#include "worker/ops/model_comparison.h"

#include <algorithm>
#include <atomic>
#include <cstddef>

#include "common/base/status_macros.h"
#include "common/tensor/float_block.h"
#include "common/tensor/tensor_blocks.h"
#include "common/tensor/tensor_scan.h"
#include "worker/ops/parallel_tasks.h"

namespace decant {
namespace {

absl::StatusOr<bool> IsAllZero(const Checkpoint& checkpoint,
                               const std::string& name) {
  ASSIGN_OR_RETURN(const TensorBlocks blocks,
                   TensorBlocks::Open(checkpoint, name));
  std::string buffer;
  std::vector<double> values;
  for (int64_t row = 0; row < blocks.num_rows();
       row += blocks.rows_per_block()) {
    const int64_t count =
        std::min(blocks.rows_per_block(), blocks.num_rows() - row);
    RETURN_IF_ERROR(blocks.Read(row, count, buffer));
    values.resize(static_cast<size_t>(count * blocks.num_columns()));
    DecodeFloats(blocks.info().dtype, buffer.data(), absl::MakeSpan(values));
    if (std::any_of(values.begin(), values.end(),
                    [](double value) { return value != 0; })) {
      return false;
    }
  }
  return true;
}

// All or nothing: for what has no counterpart, and for tensors of integers.
TensorComparison WholeComparison(int64_t num_elements, bool changed) {
  TensorComparison comparison;
  comparison.num_elements = num_elements;
  if (!changed) return comparison;
  comparison.changed_elements = num_elements;
  comparison.changed_fraction = 1;
  comparison.relative_change = 1;
  comparison.cosine = 0;
  return comparison;
}

absl::StatusOr<TensorComparison> Compare(const Checkpoint& made,
                                         const Checkpoint& student,
                                         const TensorInfo& info,
                                         const std::string& digest) {
  ASSIGN_OR_RETURN(const int64_t num_elements, NumElements(info.shape));
  const TensorInfo* before = student.Find(info.name);
  if (before == nullptr || before->shape != info.shape) {
    return WholeComparison(num_elements, true);
  }
  if (!IsDecodable(info.dtype) || !IsDecodable(before->dtype)) {
    ASSIGN_OR_RETURN(const TensorScan scan, ScanTensor(student, info.name));
    return WholeComparison(num_elements, scan.digest != digest);
  }
  return CompareTensors(student, info.name, made, info.name);
}

absl::StatusOr<TensorChange> Examine(const Model& made,
                                     const Checkpoint& student,
                                     const RoledTensor& tensor) {
  TensorChange change;
  change.name = tensor.name;
  change.role = std::string(TensorRoleName(tensor.role));
  change.layer = tensor.layer;
  ASSIGN_OR_RETURN(const TensorInfo* info,
                   made.checkpoint().Require(tensor.name));
  change.dtype = info->dtype;
  change.shape = info->shape;
  ASSIGN_OR_RETURN(const TensorScan scan,
                   ScanTensor(made.checkpoint(), tensor.name));
  change.digest = scan.digest;
  ASSIGN_OR_RETURN(change.comparison,
                   Compare(made.checkpoint(), student, *info, scan.digest));
  // Only such a tensor can have become zero; no other is read once more.
  if (IsDecodable(info->dtype) && change.comparison.cosine == 0) {
    ASSIGN_OR_RETURN(change.is_all_zero,
                     IsAllZero(made.checkpoint(), tensor.name));
  }
  return change;
}

}  // namespace

absl::StatusOr<std::vector<TensorChange>> CompareModels(
    const Model& made, const Checkpoint& student,
    const CompareOptions& options) {
  const std::vector<RoledTensor>& tensors = made.tensors();
  std::vector<TensorChange> changes(tensors.size());
  std::atomic<int64_t> done = 0;
  const absl::Status status =
      RunTasks(options.threads, tensors.size(), [&](size_t i) -> absl::Status {
        RETURN_IF_ERROR(options.check_cancelled());
        ASSIGN_OR_RETURN(changes[i], Examine(made, student, tensors[i]));
        options.progress(++done, static_cast<int64_t>(tensors.size()));
        return absl::OkStatus();
      });
  if (!status.ok()) return status;
  return changes;
}

Json SummariseChanges(const std::vector<TensorChange>& changes) {
  int64_t num_elements = 0;
  int64_t changed = 0;
  int64_t nonfinite = 0;
  double largest = 0;
  std::string largest_name;
  for (const TensorChange& change : changes) {
    const TensorComparison& comparison = change.comparison;
    num_elements += comparison.num_elements;
    changed += comparison.changed_elements;
    nonfinite += comparison.nonfinite_elements;
    if (comparison.relative_change > largest) {
      largest = comparison.relative_change;
      largest_name = change.name;
    }
  }
  const double fraction =
      num_elements == 0
          ? 0
          : static_cast<double>(changed) / static_cast<double>(num_elements);
  return {{"num_tensors", changes.size()},
          {"num_elements", num_elements},
          {"changed_elements", changed},
          {"changed_elements_fraction", fraction},
          {"max_relative_change", largest},
          {"max_relative_change_tensor", largest_name},
          {"nonfinite_elements", nonfinite}};
}

Json ReportChanges(const std::vector<TensorChange>& changes) {
  Json list = Json::array();
  for (const TensorChange& change : changes) {
    list.push_back({{"name", change.name},
                    {"role", change.role},
                    {"layer", change.layer},
                    {"changed_fraction", change.comparison.changed_fraction},
                    {"relative_change", change.comparison.relative_change},
                    {"cosine", change.comparison.cosine}});
  }
  return {{"tensors", std::move(list)}};
}

}  // namespace decant
