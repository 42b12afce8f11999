#include "coordinator/plan/job_planner.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/digest.h"
#include "common/base/status_macros.h"
#include "coordinator/plan/publication.h"

namespace decant {
namespace {

Gate ToGate(const GateSpec& spec) {
  return {.metric = spec.metric, .min = spec.min, .max = spec.max};
}

Json DescribeModel(const ModelLayout& model, const SourceRef& source) {
  const ModelConfig& config = model.config();
  return {{"path", source.path},
          {"family", config.family},
          {"fingerprint", source.fingerprint},
          {"layers", config.num_layers},
          {"hidden_size", config.hidden_size},
          {"experts", config.num_experts},
          {"parameters", model.NumParameters()},
          {"bytes", model.TotalBytes()}};
}

// The steps with every default filled in: what the result is a function of,
// besides the sources.
Json CanonicalSteps(const Recipe& recipe, const std::vector<StepPlan>& steps) {
  Json list = Json::array();
  for (size_t i = 0; i < steps.size(); ++i) {
    list.push_back(
        {{"method", recipe.steps[i].method}, {"options", steps[i].options}});
  }
  return list;
}

Json CanonicalGates(const Recipe& recipe) {
  Json list = Json::array();
  for (const GateSpec& gate : recipe.gates) {
    list.push_back(ToGate(gate).ToJson());
  }
  return list;
}

Json DescribeSteps(const Recipe& recipe, const std::vector<StepPlan>& steps) {
  Json list = Json::array();
  for (size_t i = 0; i < steps.size(); ++i) {
    Json described = steps[i].details;
    described["index"] = i;
    described["method"] = recipe.steps[i].method;
    described["preset"] = std::string(PresetName(recipe.steps[i].preset));
    described["options"] = steps[i].options;
    described["warnings"] = steps[i].warnings;
    list.push_back(std::move(described));
  }
  return list;
}

int64_t SealedBytes(const std::vector<UnitSpec>& units) {
  int64_t bytes = 0;
  for (const UnitSpec& unit : units) {
    if (unit.phase == "assemble") bytes += unit.cost.bytes_written;
  }
  return bytes;
}

}  // namespace

absl::StatusOr<JobPlan> PlanJob(const PlanInputs& inputs,
                                const MethodRegistry& methods) {
  const Recipe& recipe = inputs.recipe;
  const DType dtype =
      recipe.output.dtype.value_or(inputs.student.config().dtype);
  PlanBuilder builder;
  ModelView model = ModelView::OfStudent(inputs.student);
  std::vector<StepPlan> steps;
  JobPlan plan{.name = recipe.name,
               .sources = inputs.sources,
               .output_path = recipe.output.path};
  for (const RecipeStep& step : recipe.steps) {
    ASSIGN_OR_RETURN(const PlanStep plan_step, methods.Find(step));
    const StepContext context{.index = static_cast<int64_t>(steps.size()),
                              .seed = recipe.seed,
                              .dtype = dtype,
                              .teacher = inputs.teacher,
                              .student = model,
                              .same_vocabulary = inputs.same_vocabulary};
    ASSIGN_OR_RETURN(StepPlan planned, plan_step(step, context, builder));
    model = planned.model;
    for (const std::string& warning : planned.warnings) {
      plan.warnings.push_back(
          absl::StrCat("step ", context.index, ": ", warning));
    }
    steps.push_back(std::move(planned));
  }

  const Json canonical = {
      {"name", recipe.name},
      {"seed", recipe.seed},
      {"steps", CanonicalSteps(recipe, steps)},
      {"gates", CanonicalGates(recipe)},
      {"output",
       {{"dtype", std::string(TorchDTypeName(dtype))},
        {"max_shard_size", recipe.output.max_shard_size_bytes}}},
      {"teacher", inputs.sources.at(kTeacherSource).fingerprint},
      {"student", inputs.sources.at(kStudentSource).fingerprint}};
  plan.recipe_identity = Sha256Hex(CanonicalJson(canonical));
  plan.seal_unit = PlanPublication(
      model,
      {.step = static_cast<int64_t>(steps.size()),
       .dtype = dtype,
       .max_shard_size_bytes = recipe.output.max_shard_size_bytes},
      {.name = recipe.name,
       .output_path = recipe.output.path,
       .recipe_text = recipe.text,
       .recipe_identity = plan.recipe_identity,
       .provenance = {{"recipe", canonical}, {"warnings", plan.warnings}}},
      builder);
  plan.units = builder.TakeUnits();
  if (static_cast<int64_t>(plan.units.size()) > kMaxUnitsPerJob) {
    return absl::InvalidArgumentError(
        absl::StrCat(recipe.path, ": the job has ", plan.units.size(),
                     " units, above the limit of ", kMaxUnitsPerJob));
  }
  for (const GateSpec& gate : recipe.gates) plan.gates.push_back(ToGate(gate));
  plan.details = {{"steps", DescribeSteps(recipe, steps)},
                  {"teacher", DescribeModel(inputs.teacher,
                                            inputs.sources.at(kTeacherSource))},
                  {"student", DescribeModel(inputs.student,
                                            inputs.sources.at(kStudentSource))},
                  {"dtype", std::string(TorchDTypeName(dtype))},
                  {"output_bytes", SealedBytes(plan.units)}};
  return plan;
}

}  // namespace decant
