#include "common/model/expert_stack.h"

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/base/param_reader.h"
#include "common/base/status_macros.h"

namespace decant {
namespace {

constexpr char kExpertPlaceholder[] = "{e}";

// Keeps expert * row_stride + first_row far from overflow.
constexpr int64_t kMaxExtent = int64_t{1} << 40;
constexpr int64_t kMaxExperts = int64_t{1} << 20;

}  // namespace

TensorSlice ExpertStack::Slice(int64_t expert) const {
  TensorSlice slice;
  slice.name = absl::StrReplaceAll(
      name_template, {{kExpertPlaceholder, absl::StrCat(expert)}});
  slice.first_row = first_row + expert * row_stride;
  slice.num_rows = num_rows;
  return slice;
}

Json ExpertStack::ToJson() const {
  return Json{{"name_template", name_template}, {"first_row", first_row},
              {"row_stride", row_stride},       {"num_rows", num_rows},
              {"num_columns", num_columns},     {"num_experts", num_experts}};
}

absl::StatusOr<ExpertStack> ExpertStack::FromJson(const Json& json) {
  ParamReader reader(json, "expert stack");
  ExpertStack stack;
  stack.name_template = reader.String("name_template");
  stack.first_row = reader.Int("first_row", {.min = 0, .max = kMaxExtent});
  stack.row_stride = reader.Int("row_stride", {.min = 0, .max = kMaxExtent});
  stack.num_rows = reader.Int("num_rows", {.min = 1, .max = kMaxExtent});
  stack.num_columns = reader.Int("num_columns", {.min = 1, .max = kMaxExtent});
  stack.num_experts = reader.Int("num_experts", {.min = 1, .max = kMaxExperts});
  RETURN_IF_ERROR(reader.Finish());

  const bool is_packed =
      !absl::StrContains(stack.name_template, kExpertPlaceholder);
  if (is_packed && stack.num_experts > 1 &&
      stack.row_stride < stack.first_row + stack.num_rows) {
    return absl::InvalidArgumentError(
        absl::StrCat("expert stack: rows of neighbouring experts overlap in '",
                     stack.name_template, "'"));
  }
  return stack;
}

}  // namespace decant
