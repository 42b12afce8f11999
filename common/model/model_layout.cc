#include "common/model/model_layout.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/model/family_registry.h"

namespace decant {
namespace {

using TensorsByName = absl::flat_hash_map<std::string, const TensorInfo*>;

absl::Status MissingTensorError(const std::vector<RoledTensor>& expected,
                                const TensorsByName& present,
                                const ModelConfig& config,
                                absl::string_view where) {
  const RoledTensor* first = nullptr;
  int64_t num_missing = 0;
  for (const RoledTensor& tensor : expected) {
    if (present.contains(tensor.name)) continue;
    if (first == nullptr) first = &tensor;
    ++num_missing;
  }
  std::string others;
  if (num_missing > 1)
    others = absl::StrCat(" (and ", num_missing - 1, " more)");
  return absl::InvalidArgumentError(absl::StrCat(
      where, ": tensor '", first->name, "' of shape ",
      ShapeString(first->shape), " is missing", others, "; config.json says ",
      config.family, " with ", config.num_layers, " layers"));
}

// Source mathematics is fp32 on these; quantised types would need scales.
bool IsReadable(DType dtype) {
  return dtype == DType::kF32 || dtype == DType::kBF16 || dtype == DType::kF16;
}

absl::Status CheckTensor(const TensorInfo& found, const RoledTensor& expected,
                         absl::string_view where) {
  if (found.shape != expected.shape) {
    return absl::InvalidArgumentError(
        absl::StrCat(where, ": tensor '", found.name, "': expected shape ",
                     ShapeString(expected.shape), " from config.json, found ",
                     ShapeString(found.shape)));
  }
  if (!IsReadable(found.dtype)) {
    return absl::InvalidArgumentError(absl::StrCat(
        where, ": tensor '", found.name, "': dtype ", DTypeName(found.dtype),
        " is not read; convert the checkpoint to BF16, F16 or F32"));
  }
  return absl::OkStatus();
}

// What `tensors` holds beyond `roled`, as pass-through, or an error.
absl::StatusOr<std::vector<RoledTensor>> IgnoredTensors(
    const Family& family, const std::vector<RoledTensor>& roled,
    const std::vector<TensorInfo>& tensors, absl::string_view where) {
  absl::flat_hash_map<absl::string_view, bool> known;
  for (const RoledTensor& tensor : roled) known[tensor.name] = true;
  std::vector<RoledTensor> ignored;
  for (const TensorInfo& tensor : tensors) {
    if (known.contains(tensor.name)) continue;
    if (!family.IsIgnored(tensor.name)) {
      return absl::InvalidArgumentError(absl::StrCat(
          where, ": tensor '", tensor.name, "' ", ShapeString(tensor.shape),
          " is not part of a ", family.name(), " model of this config.json"));
    }
    ignored.push_back({.name = tensor.name,
                       .role = TensorRole::kPassThrough,
                       .shape = tensor.shape,
                       .dtype = tensor.dtype});
  }
  return ignored;
}

// Shapes were checked against a capped config: their products fit.
int64_t CountElements(const RoledTensor& tensor) {
  int64_t count = 1;
  for (const int64_t extent : tensor.shape) count *= extent;
  return count;
}

}  // namespace

absl::StatusOr<ModelLayout> ModelLayout::Match(
    ModelConfig config, const std::vector<TensorInfo>& tensors,
    absl::string_view where) {
  ASSIGN_OR_RETURN(const Family* family, BuiltinFamilies().Find(config.family));
  TensorsByName present;
  for (const TensorInfo& tensor : tensors) present[tensor.name] = &tensor;

  std::vector<RoledTensor> roled = family->ExpectedTensors(
      config, [&](absl::string_view name) { return present.contains(name); });
  for (RoledTensor& tensor : roled) {
    const auto it = present.find(tensor.name);
    if (it == present.end()) {
      return MissingTensorError(roled, present, config, where);
    }
    RETURN_IF_ERROR(CheckTensor(*it->second, tensor, where));
    tensor.dtype = it->second->dtype;
  }
  ASSIGN_OR_RETURN(std::vector<RoledTensor> ignored,
                   IgnoredTensors(*family, roled, tensors, where));
  for (RoledTensor& tensor : ignored) roled.push_back(std::move(tensor));
  return ModelLayout(family, std::move(config), std::move(roled));
}

absl::StatusOr<ModelLayout> ModelLayout::Predict(ModelConfig config,
                                                 DType dtype) {
  ASSIGN_OR_RETURN(const Family* family, BuiltinFamilies().Find(config.family));
  config.dtype = dtype;
  std::vector<RoledTensor> tensors =
      family->ExpectedTensors(config, [](absl::string_view) { return false; });
  return ModelLayout(family, std::move(config), std::move(tensors));
}

ModelLayout::ModelLayout(const Family* family, ModelConfig config,
                         std::vector<RoledTensor> tensors)
    : family_(family),
      config_(std::move(config)),
      tensors_(std::move(tensors)) {
  for (size_t i = 0; i < tensors_.size(); ++i) {
    const RoledTensor& tensor = tensors_[i];
    by_role_.emplace(RoleKey{tensor.role, tensor.layer, tensor.expert}, i);
    by_name_.emplace(tensor.name, i);
  }
}

const RoledTensor* ModelLayout::Find(TensorRole role, int64_t layer,
                                     int64_t expert) const {
  const auto it = by_role_.find(RoleKey{role, layer, expert});
  return it == by_role_.end() ? nullptr : &tensors_[it->second];
}

const RoledTensor* ModelLayout::FindByName(absl::string_view name) const {
  const auto it = by_name_.find(name);
  return it == by_name_.end() ? nullptr : &tensors_[it->second];
}

bool ModelLayout::is_sparse(int64_t layer) const {
  return layer >= 0 && layer < config_.num_layers &&
         config_.sparse_layers[static_cast<size_t>(layer)];
}

absl::StatusOr<ExpertStack> ModelLayout::Experts(int64_t layer,
                                                 ExpertKind kind) const {
  return family_->Experts(
      config_,
      [this](absl::string_view name) { return by_name_.contains(name); }, layer,
      kind);
}

int64_t ModelLayout::NumParameters() const {
  int64_t count = 0;
  for (const RoledTensor& tensor : tensors_) {
    if (tensor.role == TensorRole::kPassThrough) continue;
    if (tensor.role == TensorRole::kHead && config_.tie_word_embeddings) {
      continue;
    }
    count += CountElements(tensor);
  }
  return count;
}

int64_t ModelLayout::TotalBytes() const {
  int64_t total = 0;
  for (const RoledTensor& tensor : tensors_) {
    total += CountElements(tensor) * DTypeSizeBytes(tensor.dtype);
  }
  return total;
}

}  // namespace decant
