#include "common/ops/merge_params.h"

#include "common/base/param_reader.h"
#include "common/base/status_macros.h"

namespace decant {
namespace {

absl::StatusOr<std::optional<TensorRef>> OptionalRef(const Json& json) {
  if (json.is_null()) return std::optional<TensorRef>();
  ASSIGN_OR_RETURN(TensorRef ref, TensorRef::FromJson(json));
  return std::optional<TensorRef>(ref);
}

}  // namespace

Json MergeParams::ToJson() const {
  Json json = {{"name", name},
               {"student", student.ToJson()},
               {"dtype", std::string(DTypeName(dtype))},
               {"blend_count", blend_count},
               {"num_partials", num_partials},
               {"covered_rows", covered_rows},
               {"covered_columns", covered_columns},
               {"weight", weight},
               {"project_rank", project_rank},
               {"uncovered", uncovered},
               {"align_side", align_side},
               {"align_scaling", align_scaling},
               {"drop", drop},
               {"drop_method", drop_method},
               {"rescale", rescale},
               {"lora_rank", lora_rank},
               {"lora_alpha", lora_alpha},
               {"strength", strength},
               {"seed", seed},
               {"step", step}};
  if (teacher_lo.has_value()) json["teacher_lo"] = teacher_lo->ToJson();
  if (teacher_hi.has_value()) json["teacher_hi"] = teacher_hi->ToJson();
  return json;
}

absl::StatusOr<MergeParams> MergeParams::FromJson(const Json& json) {
  ParamReader reader(json, "merge params");
  MergeParams params;
  params.name = reader.String("name");
  const Json student = reader.Value("student");
  const std::string dtype = reader.Choice("dtype", {"BF16", "F16", "F32"});
  params.blend_count = reader.Int("blend_count", {.min = 0});
  params.num_partials = reader.Int("num_partials", {.min = 0});
  params.covered_rows = reader.Int("covered_rows", {.min = 1});
  params.covered_columns = reader.Int("covered_columns", {.min = 1});
  const Json lo = reader.OptionalValue("teacher_lo", nullptr);
  const Json hi = reader.OptionalValue("teacher_hi", nullptr);
  params.weight = reader.Double("weight", {.min = 0, .max = 1});
  params.project_rank = reader.Int("project_rank", {.min = 0});
  params.uncovered = reader.Choice("uncovered", {"zero", "keep-student"});
  params.align_side =
      reader.Choice("align_side", {"right", "left", "both", "none"});
  params.align_scaling = reader.Bool("align_scaling");
  params.drop = reader.Double("drop", {.min = 0, .max = 1});
  params.drop_method = reader.Choice("drop_method", {"magnitude", "random"});
  params.rescale = reader.Choice("rescale", {"l2", "l1", "none", "inverse"});
  params.lora_rank = reader.Int("lora_rank", {.min = 0});
  params.lora_alpha = reader.Double("lora_alpha", {.min = 0});
  params.strength = reader.Double("strength");
  params.seed = reader.Int("seed");
  params.step = reader.Int("step", {.min = 0});
  if ((params.blend_count > 0) == !lo.is_null()) {
    reader.Fail("teacher_lo", "give either partial sums or teacher tensors");
  }
  RETURN_IF_ERROR(reader.Finish());
  ASSIGN_OR_RETURN(params.dtype, ParseDType(dtype));
  ASSIGN_OR_RETURN(params.student, TensorRef::FromJson(student));
  ASSIGN_OR_RETURN(params.teacher_lo, OptionalRef(lo));
  ASSIGN_OR_RETURN(params.teacher_hi, OptionalRef(hi));
  return params;
}

}  // namespace decant
