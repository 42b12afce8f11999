// README.md of a made model.
#ifndef DECANT_WORKER_OPS_MODEL_CARD_H_
#define DECANT_WORKER_OPS_MODEL_CARD_H_

#include <string>
#include <vector>

#include "worker/ops/model_comparison.h"

namespace decant {

struct CardFacts {
  std::string name;           // Of the recipe.
  std::string base_model;     // The student's folder, without its path.
  std::string teacher_model;  // Likewise; "" when there is none.
  std::string result_identity;
  // Whether tokenizer files came along.
  bool has_tokenizer = false;
};

// Markdown with the front matter that model hubs read. A function of its
// arguments alone: no time, host or path.
std::string WriteModelCard(const CardFacts& facts,
                           const std::vector<TensorChange>& changes);

}  // namespace decant

#endif  // DECANT_WORKER_OPS_MODEL_CARD_H_
