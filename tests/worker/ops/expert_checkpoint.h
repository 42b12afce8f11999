// Teachers of one layer pair for the tests of fingerprint and project.
#ifndef DECANT_TESTS_WORKER_OPS_EXPERT_CHECKPOINT_H_
#define DECANT_TESTS_WORKER_OPS_EXPERT_CHECKPOINT_H_

#include <ATen/ops/cat.h>

#include <functional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/ops/virtual_stack.h"
#include "tests/worker/ops/fake_context.h"

namespace decant {

inline constexpr int64_t kNumExperts = 5;
inline constexpr int64_t kExpertRows = 6;
inline constexpr int64_t kExpertColumns = 7;

inline ExpertStack TestStack(int64_t layer) {
  return {.name_template = absl::StrCat("l", layer, ".{e}.w"),
          .num_rows = kExpertRows,
          .num_columns = kExpertColumns,
          .num_experts = kNumExperts};
}

using ExpertMaker =
    std::function<at::Tensor(int64_t rows, int64_t columns, int64_t seed)>;

// Experts of layers 0 and 1, [layer][expert].
inline std::vector<std::vector<at::Tensor>> MakeExperts(
    const ExpertMaker& make) {
  std::vector<std::vector<at::Tensor>> layers(2);
  for (int64_t layer = 0; layer < 2; ++layer) {
    for (int64_t expert = 0; expert < kNumExperts; ++expert) {
      layers[static_cast<size_t>(layer)].push_back(
          make(kExpertRows, kExpertColumns, 100 * layer + expert));
    }
  }
  return layers;
}

// Stores them as source "teacher", one tensor each.
inline void AddTeacher(FakeContext& context,
                       const std::vector<std::vector<at::Tensor>>& layers) {
  std::vector<NamedTensor> tensors;
  for (size_t layer = 0; layer < layers.size(); ++layer) {
    for (size_t expert = 0; expert < layers[layer].size(); ++expert) {
      tensors.push_back(
          {absl::StrCat("l", layer, ".", expert, ".w"), layers[layer][expert]});
    }
  }
  context.AddSource("teacher", tensors);
}

}  // namespace decant

#endif  // DECANT_TESTS_WORKER_OPS_EXPERT_CHECKPOINT_H_
