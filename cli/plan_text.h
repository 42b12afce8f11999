// A plan (docs/formats/plan.md) as aligned text. Pure.
#ifndef DECANT_CLI_PLAN_TEXT_H_
#define DECANT_CLI_PLAN_TEXT_H_

#include <string>

#include "common/base/json.h"

namespace decant {

// Members that are missing are left out, so that plans of other versions can
// still be shown.
std::string PlanText(const Json& plan);

}  // namespace decant

#endif  // DECANT_CLI_PLAN_TEXT_H_
