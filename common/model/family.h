// What Decant knows about the names and shapes of one model architecture. The
// forward pass is the worker's (worker/models); this is the naming side.
#ifndef DECANT_COMMON_MODEL_FAMILY_H_
#define DECANT_COMMON_MODEL_FAMILY_H_

#include <functional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/base/json.h"
#include "common/model/expert_stack.h"
#include "common/model/model_config.h"
#include "common/model/tensor_role.h"

namespace decant {

// Whether a checkpoint holds a tensor of that name. Families ask it to tell
// apart the layouts in which one architecture is published.
using HasTensor = std::function<bool(absl::string_view name)>;

// Stateless; every method is a pure function.
class Family {
 public:
  virtual ~Family() = default;

  // The model_type of config.json, which is how a family is found.
  virtual absl::string_view name() const = 0;

  // Reads a config.json whose model_type is name(). InvalidArgument names
  // `path` and the key.
  virtual absl::StatusOr<ModelConfig> ParseConfig(
      const Json& json, absl::string_view path) const = 0;

  // Every tensor a checkpoint of this shape must hold, in model order, in the
  // layout that `has` shows. Dtypes are the config's.
  virtual std::vector<RoledTensor> ExpectedTensors(
      const ModelConfig& config, const HasTensor& has) const = 0;

  // Tensors that old exporters leave in files and no loader reads; they are
  // carried along as kPassThrough. Anything else unexpected is refused.
  virtual bool IsIgnored(absl::string_view tensor_name) const = 0;

  // Where the experts of sparse layer `layer` lie. InvalidArgument when the
  // layer is not sparse or out of range.
  virtual absl::StatusOr<ExpertStack> Experts(const ModelConfig& config,
                                              const HasTensor& has,
                                              int64_t layer,
                                              ExpertKind kind) const = 0;
};

}  // namespace decant

#endif  // DECANT_COMMON_MODEL_FAMILY_H_
