#include "coordinator/plan/methods/builtin_methods.h"

#include "coordinator/plan/methods/moe_to_dense.h"

namespace decant {

void RegisterBuiltinMethods(MethodRegistry& registry) {
  registry.Add("moe-to-dense", PlanMoeToDense);
}

}  // namespace decant
