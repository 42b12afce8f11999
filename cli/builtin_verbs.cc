#include "cli/verbs.h"

namespace decant {

void AddBuiltinVerbs(VerbSet& verbs) {
  AddRunVerb(verbs);
  AddPlanVerbs(verbs);
  AddFollowVerbs(verbs);
  AddJobVerbs(verbs);
  AddUnitVerbs(verbs);
  AddWorkerVerbs(verbs);
  AddModelVerbs(verbs);
  AddDoctorVerb(verbs);
  AddVersionVerb(verbs);
}

}  // namespace decant
