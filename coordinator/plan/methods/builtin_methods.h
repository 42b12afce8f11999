// The methods this build knows: one visible line each in builtin_methods.cc.
#ifndef DECANT_COORDINATOR_PLAN_METHODS_BUILTIN_METHODS_H_
#define DECANT_COORDINATOR_PLAN_METHODS_BUILTIN_METHODS_H_

#include "coordinator/plan/method.h"

namespace decant {

void RegisterBuiltinMethods(MethodRegistry& registry);

}  // namespace decant

#endif  // DECANT_COORDINATOR_PLAN_METHODS_BUILTIN_METHODS_H_
