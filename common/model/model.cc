#include "common/model/model.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/model/model_config.h"

namespace decant {
namespace {

constexpr int64_t kCompareBytes = 8 << 20;

}  // namespace

absl::StatusOr<std::unique_ptr<Model>> Model::Open(absl::string_view folder) {
  // config.json first: of the two it gives the better error for a folder that
  // is no model at all.
  RETURN_IF_ERROR(ReadModelConfig(folder).status());
  ASSIGN_OR_RETURN(std::unique_ptr<Checkpoint> checkpoint,
                   Checkpoint::Open(folder));
  return FromCheckpoint(std::move(checkpoint));
}

absl::StatusOr<std::unique_ptr<Model>> Model::FromCheckpoint(
    std::unique_ptr<Checkpoint> checkpoint) {
  ASSIGN_OR_RETURN(ModelConfig config, ReadModelConfig(checkpoint->folder()));
  ASSIGN_OR_RETURN(ModelLayout layout,
                   ModelLayout::Match(std::move(config), checkpoint->tensors(),
                                      checkpoint->folder()));
  return absl::WrapUnique(new Model(std::move(checkpoint), std::move(layout)));
}

absl::Status Model::CheckTiedHead() const {
  const RoledTensor* head = Find(TensorRole::kHead);
  const RoledTensor* embedding = Find(TensorRole::kEmbedding);
  if (!config().tie_word_embeddings || head == nullptr) return absl::OkStatus();

  const absl::Status mismatch = absl::InvalidArgumentError(absl::StrCat(
      checkpoint_->folder(), ": tie_word_embeddings is true, but '", head->name,
      "' differs from '", embedding->name,
      "'; set it to false in config.json, or remove the head"));
  if (head->dtype != embedding->dtype) return mismatch;

  const int64_t num_rows = embedding->shape[0];
  const int64_t row_bytes =
      embedding->shape[1] * DTypeSizeBytes(embedding->dtype);
  const int64_t block_rows = std::max<int64_t>(1, kCompareBytes / row_bytes);
  std::string a, b;
  for (int64_t row = 0; row < num_rows; row += block_rows) {
    const int64_t rows = std::min(block_rows, num_rows - row);
    const int64_t size_bytes = rows * row_bytes;
    a.resize(static_cast<size_t>(size_bytes));
    b.resize(static_cast<size_t>(size_bytes));
    RETURN_IF_ERROR(checkpoint_->ReadSlice({embedding->name, row, rows},
                                           a.data(), size_bytes));
    RETURN_IF_ERROR(
        checkpoint_->ReadSlice({head->name, row, rows}, b.data(), size_bytes));
    if (a != b) return mismatch;
  }
  return absl::OkStatus();
}

}  // namespace decant
