// The shape of a model: config and the role of every tensor, without a file
// behind it. What planners work on; a step's predicted result is one too.
#ifndef DECANT_COMMON_MODEL_MODEL_LAYOUT_H_
#define DECANT_COMMON_MODEL_MODEL_LAYOUT_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/model/family.h"
#include "common/tensor/dtype.h"

namespace decant {

// Copyable value; const methods are thread-safe.
class ModelLayout {
 public:
  // Matches `tensors` (names, shapes and dtypes of a checkpoint) against what
  // the family expects of `config`, strictly: nothing missing, nothing unknown.
  //
  // InvalidArgument naming `where` (the folder), the tensor, and the expected
  // and found shape: a tensor is missing, of another shape, of a dtype other
  // than F32, BF16 or F16, or unknown to the family.
  static absl::StatusOr<ModelLayout> Match(
      ModelConfig config, const std::vector<TensorInfo>& tensors,
      absl::string_view where);

  // What a checkpoint of this config would hold in its family's usual layout,
  // every tensor in `dtype`. InvalidArgument: unknown family.
  static absl::StatusOr<ModelLayout> Predict(ModelConfig config, DType dtype);

  const ModelConfig& config() const { return config_; }
  // In model order: embedding, layers from 0, final norm, head, ignored ones.
  const std::vector<RoledTensor>& tensors() const { return tensors_; }

  // The one tensor with that role; null when there is none (a dense layer has
  // no router, a tied model no head).
  const RoledTensor* Find(TensorRole role, int64_t layer = -1,
                          int64_t expert = -1) const;
  const RoledTensor* FindByName(absl::string_view name) const;

  bool is_sparse(int64_t layer) const;
  // The matrices of one kind of all experts of a sparse layer.
  absl::StatusOr<ExpertStack> Experts(int64_t layer, ExpertKind kind) const;

  // Distinct weights: a tied head and ignored tensors are not counted.
  int64_t NumParameters() const;
  // Bytes of tensor data as stored, everything counted.
  int64_t TotalBytes() const;

 private:
  using RoleKey = std::tuple<TensorRole, int64_t, int64_t>;

  ModelLayout(const Family* family, ModelConfig config,
              std::vector<RoledTensor> tensors);

  const Family* family_;  // Of BuiltinFamilies(): outlives everything.
  ModelConfig config_;
  std::vector<RoledTensor> tensors_;
  absl::flat_hash_map<RoleKey, size_t> by_role_;
  absl::flat_hash_map<std::string, size_t> by_name_;
};

}  // namespace decant

#endif  // DECANT_COMMON_MODEL_MODEL_LAYOUT_H_
