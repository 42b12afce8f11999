// A checkpoint whose tensors are all understood.
#ifndef DECANT_COMMON_MODEL_MODEL_H_
#define DECANT_COMMON_MODEL_MODEL_H_

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/model/model_layout.h"
#include "common/tensor/checkpoint.h"

namespace decant {

// Thread-safe after Open, which reads config.json and headers only.
class Model {
 public:
  // Errors of ReadModelConfig, Checkpoint::Open and ModelLayout::Match.
  static absl::StatusOr<std::unique_ptr<Model>> Open(absl::string_view folder);
  // As Open, on a checkpoint that is already open (and perhaps checked against
  // a manifest).
  static absl::StatusOr<std::unique_ptr<Model>> FromCheckpoint(
      std::unique_ptr<Checkpoint> checkpoint);

  const Checkpoint& checkpoint() const { return *checkpoint_; }
  const ModelLayout& layout() const { return layout_; }

  // Of the layout.
  const ModelConfig& config() const { return layout_.config(); }
  const std::vector<RoledTensor>& tensors() const { return layout_.tensors(); }
  const RoledTensor* Find(TensorRole role, int64_t layer = -1,
                          int64_t expert = -1) const {
    return layout_.Find(role, layer, expert);
  }
  bool is_sparse(int64_t layer) const { return layout_.is_sparse(layer); }
  absl::StatusOr<ExpertStack> Experts(int64_t layer, ExpertKind kind) const {
    return layout_.Experts(layer, kind);
  }
  int64_t NumParameters() const { return layout_.NumParameters(); }

  // Some tied checkpoints carry lm_head.weight all the same. Reads both
  // matrices (Open does not: it touches no weights) and refuses with
  // InvalidArgument when they differ, since loaders disagree on which one
  // counts. OK at once when there is no such second head.
  absl::Status CheckTiedHead() const;

 private:
  Model(std::unique_ptr<Checkpoint> checkpoint, ModelLayout layout)
      : checkpoint_(std::move(checkpoint)), layout_(std::move(layout)) {}

  std::unique_ptr<Checkpoint> checkpoint_;
  ModelLayout layout_;
};

}  // namespace decant

#endif  // DECANT_COMMON_MODEL_MODEL_H_
