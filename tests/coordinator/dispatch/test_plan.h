// Small plans for tests.
#ifndef DECANT_TESTS_COORDINATOR_DISPATCH_TEST_PLAN_H_
#define DECANT_TESTS_COORDINATOR_DISPATCH_TEST_PLAN_H_

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/digest.h"
#include "coordinator/plan/job_plan.h"

namespace decant {

inline UnitSpec MakeUnit(const std::string& id, const std::string& phase,
                         const std::vector<std::string>& producers) {
  UnitSpec unit;
  unit.id = id;
  unit.phase = phase;
  unit.op = "op";
  unit.params = {{"unit", id}};
  for (const std::string& producer : producers) {
    unit.inputs.push_back({"in-" + producer, producer, "out"});
  }
  std::sort(
      unit.inputs.begin(), unit.inputs.end(),
      [](const UnitInput& a, const UnitInput& b) { return a.name < b.name; });
  unit.outputs = {"out"};
  unit.sources = {"teacher"};
  // Not tiny: one unit is leased ahead.
  unit.cost.flops = 1e12;
  return unit;
}

// "a0" ... "a<width-1>" -> "merge" -> "seal". Units of plans with the same
// `flavour` have the same action keys.
inline JobPlan MakePlan(const std::string& name, int width,
                        const std::string& flavour = "plain") {
  JobPlan plan;
  plan.name = name;
  plan.recipe_identity = Sha256Hex(absl::StrCat(name, width, flavour));
  plan.output_path = absl::StrCat("/out/", name);
  plan.sources["teacher"] = {"/ckpt/teacher", flavour, {"source-manifest", 1}};
  std::vector<std::string> firsts;
  for (int i = 0; i < width; ++i) {
    firsts.push_back(absl::StrCat("a", i));
    plan.units.push_back(MakeUnit(firsts.back(), "project", {}));
  }
  plan.units.push_back(MakeUnit("merge", "merge", firsts));
  UnitSpec seal = MakeUnit("seal", "seal", {"merge"});
  seal.outputs.clear();
  seal.cacheable = false;
  seal.portable = true;
  plan.units.push_back(std::move(seal));
  plan.seal_unit = "seal";
  return plan;
}

// What running the unit yields: a pure function of its action key, as ops are.
inline UnitResult RunOp(const UnitOrder& order) {
  UnitResult result;
  for (const std::string& name : order.spec.outputs) {
    result.outputs[name] = {Sha256Hex(order.action_key + name).substr(0, 32),
                            1};
  }
  return result;
}

}  // namespace decant

#endif  // DECANT_TESTS_COORDINATOR_DISPATCH_TEST_PLAN_H_
