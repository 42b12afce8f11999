// Models and their differences as text and JSON. Pure.
#ifndef DECANT_CLI_MODEL_TEXT_H_
#define DECANT_CLI_MODEL_TEXT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/base/json.h"
#include "common/model/model.h"
#include "common/tensor/tensor_compare.h"

namespace decant {

// Family, shapes, parameters, dtypes, experts, layer kinds.
Json ModelJson(const Model& model);
std::string ModelText(const Json& model);

// How one tensor of two checkpoints differs.
struct TensorDifference {
  std::string name;
  std::string before;  // "BF16 [4, 8]"; "" when it is only in the second.
  std::string after;   // "" when it is only in the first.
  // Absent when the two cannot be compared.
  std::optional<TensorComparison> comparison;
};

Json DifferenceJson(const std::vector<TensorDifference>& differences);
// `only_changed` leaves out the rows of tensors that are equal; the totals
// below the table count them all the same.
std::string DifferenceText(const std::vector<TensorDifference>& differences,
                           bool only_changed);

}  // namespace decant

#endif  // DECANT_CLI_MODEL_TEXT_H_
