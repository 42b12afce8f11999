#include "coordinator/plan/publication.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/ops/assemble_params.h"

namespace decant {
namespace {

int64_t OutputBytes(const ModelView::Tensor& tensor, DType dtype) {
  int64_t elements = 1;
  for (const int64_t extent : tensor.header.shape) elements *= extent;
  return elements * DTypeSizeBytes(dtype);
}

// config.json of the made model: the student's, with the output's dtype under
// whichever key it used.
Json OutputConfig(const ModelConfig& config, DType dtype) {
  Json json = config.raw;
  const char* key = json.contains("torch_dtype") ? "torch_dtype" : "dtype";
  json[key] = std::string(TorchDTypeName(dtype));
  return json;
}

// Assembles one file; adds it to `seal` as input "shard.<index>".
void AddAssemble(const ModelView& model, const std::vector<size_t>& members,
                 size_t index, const PublicationOptions& options,
                 PlanBuilder& builder, UnitSpec& seal) {
  UnitSpec unit{.id = absl::StrFormat("%d/assemble/%05d", options.step, index),
                .step = options.step,
                .phase = "assemble",
                .op = kAssembleOp,
                .op_version = kAssembleVersion,
                .outputs = {"shard"},
                .portable = true};
  AssembleParams params;
  for (const size_t member : members) {
    const ModelView::Tensor& tensor = model.tensors()[member];
    const DType dtype = OutputDType(tensor, model.config(), options.dtype);
    params.tensors.push_back(
        {.name = tensor.header.name,
         .dtype = dtype,
         .shape = tensor.header.shape,
         .from = ReadTensor(tensor, tensor.header.name, unit)});
    unit.cost.bytes_read += OutputBytes(tensor, tensor.header.dtype);
    unit.cost.bytes_written += OutputBytes(tensor, dtype);
  }
  unit.cost.host_memory_bytes = 1'000'000'000;
  unit.params = params.ToJson();
  seal.cost.bytes_read += 2 * unit.cost.bytes_written;
  seal.inputs.push_back({.name = absl::StrCat("shard.", index),
                         .unit = builder.Add(std::move(unit)),
                         .output = "shard"});
}

}  // namespace

std::vector<std::vector<size_t>> SplitIntoShards(
    const std::vector<int64_t>& tensor_bytes, int64_t max_shard_size_bytes) {
  std::vector<std::vector<size_t>> shards;
  int64_t filled = 0;
  for (size_t i = 0; i < tensor_bytes.size(); ++i) {
    if (shards.empty() || filled + tensor_bytes[i] > max_shard_size_bytes) {
      shards.emplace_back();
      filled = 0;
    }
    shards.back().push_back(i);
    filled += tensor_bytes[i];
  }
  return shards;
}

std::string ShardFileName(size_t index, size_t count) {
  if (count == 1) return "model.safetensors";
  return absl::StrFormat("model-%05d-of-%05d.safetensors", index + 1, count);
}

DType OutputDType(const ModelView::Tensor& tensor, const ModelConfig& config,
                  DType output) {
  const bool follows =
      !tensor.made_by.empty() || tensor.header.dtype == config.dtype;
  return follows ? output : tensor.header.dtype;
}

std::string PlanPublication(const ModelView& model,
                            const PublicationOptions& options, SealParams seal,
                            PlanBuilder& builder) {
  std::vector<int64_t> sizes;
  for (const ModelView::Tensor& tensor : model.tensors()) {
    sizes.push_back(OutputBytes(
        tensor, OutputDType(tensor, model.config(), options.dtype)));
    if (!tensor.made_by.empty())
      seal.made_tensors.push_back(tensor.header.name);
  }
  const std::vector<std::vector<size_t>> shards =
      SplitIntoShards(sizes, options.max_shard_size_bytes);

  UnitSpec unit{.id = absl::StrCat(options.step, "/seal"),
                .step = options.step,
                .phase = "seal",
                .op = kSealOp,
                .op_version = kSealVersion,
                .outputs = {"report"},
                .portable = true,
                .cacheable = false};
  AddSource(kStudentSource, unit);
  for (size_t i = 0; i < shards.size(); ++i) {
    AddAssemble(model, shards[i], i, options, builder, unit);
    seal.files.push_back(ShardFileName(i, shards.size()));
  }
  seal.config = OutputConfig(model.config(), options.dtype);
  unit.params = seal.ToJson();
  unit.cost.host_memory_bytes = 1'000'000'000;
  return builder.Add(std::move(unit));
}

}  // namespace decant
