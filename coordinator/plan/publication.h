// Plans the end of every job: assemble(output shard) ... seal. Pure.
#ifndef DECANT_COORDINATOR_PLAN_PUBLICATION_H_
#define DECANT_COORDINATOR_PLAN_PUBLICATION_H_

#include <cstdint>
#include <string>
#include <vector>

#include "common/ops/seal_params.h"
#include "common/tensor/dtype.h"
#include "coordinator/plan/model_view.h"
#include "coordinator/plan/plan_builder.h"

namespace decant {

struct PublicationOptions {
  int64_t step = 0;            // One past the last step of the recipe.
  DType dtype = DType::kBF16;  // Of the output.
  int64_t max_shard_size_bytes = 0;
};

// Tensors in model order, filled greedily into files of at most
// `max_shard_size_bytes` of data; a larger tensor gets a file of its own.
std::vector<std::vector<size_t>> SplitIntoShards(
    const std::vector<int64_t>& tensor_bytes, int64_t max_shard_size_bytes);

// "model.safetensors", or "model-00002-of-00016.safetensors".
std::string ShardFileName(size_t index, size_t count);

// The dtype `tensor` has in the output: tensors in the student's main dtype
// (config.json's) follow the output's; others (an F32 table in a BF16 model)
// keep their own.
DType OutputDType(const ModelView::Tensor& tensor, const ModelConfig& config,
                  DType output);

// Adds the units that write `model` and returns the id of the seal unit.
// `seal` comes with all but files, config and made_tensors filled in.
std::string PlanPublication(const ModelView& model,
                            const PublicationOptions& options, SealParams seal,
                            PlanBuilder& builder);

}  // namespace decant

#endif  // DECANT_COORDINATOR_PLAN_PUBLICATION_H_
