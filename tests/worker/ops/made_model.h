// A tiny dense model as student, and a changed one as shards to seal.
#ifndef DECANT_TESTS_WORKER_OPS_MADE_MODEL_H_
#define DECANT_TESTS_WORKER_OPS_MADE_MODEL_H_

#include <string>
#include <vector>

#include "common/model/model_layout.h"
#include "tests/common/model/checkpoint_files.h"
#include "tests/worker/ops/noise_tensor.h"
#include "worker/io/tensor_file.h"

namespace decant {

// Every tensor of TinyDenseConfig, bf16, never zero, in model order.
inline std::vector<NamedTensor> TinyStudentTensors() {
  const auto layout =
      ModelLayout::Predict(ParsedConfig(TinyDenseConfig()), DType::kBF16);
  EXPECT_TRUE(layout.ok()) << layout.status();
  std::vector<NamedTensor> tensors;
  for (const RoledTensor& tensor : layout->tensors()) {
    int64_t count = 1;
    for (const int64_t extent : tensor.shape) count *= extent;
    const int64_t salt = static_cast<int64_t>(tensors.size());
    tensors.push_back({tensor.name, Pattern(1, count, salt)
                                        .add(2)
                                        .to(at::kBFloat16)
                                        .reshape(tensor.shape)});
  }
  return tensors;
}

inline constexpr char kMadeTensor[] = "model.layers.1.mlp.down_proj.weight";

// The same, with the first row of one tensor doubled.
inline std::vector<NamedTensor> TinyMadeTensors() {
  std::vector<NamedTensor> tensors = TinyStudentTensors();
  for (NamedTensor& tensor : tensors) {
    if (tensor.name != kMadeTensor) continue;
    tensor.tensor = tensor.tensor.clone();
    tensor.tensor[0].mul_(2);
  }
  return tensors;
}

}  // namespace decant

#endif  // DECANT_TESTS_WORKER_OPS_MADE_MODEL_H_
