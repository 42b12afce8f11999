// The verbs, one group per file. A new one is one file and one line in
// builtin_verbs.cc.
#ifndef DECANT_CLI_VERBS_H_
#define DECANT_CLI_VERBS_H_

#include "cli/command_line.h"

namespace decant {

void AddBuiltinVerbs(VerbSet& verbs);

void AddRunVerb(VerbSet& verbs);      // run
void AddPlanVerbs(VerbSet& verbs);    // plan submit
void AddJobVerbs(VerbSet& verbs);     // ls show cancel pause resume retry
void AddFollowVerbs(VerbSet& verbs);  // watch wait
void AddUnitVerbs(VerbSet& verbs);    // units why
void AddWorkerVerbs(VerbSet& verbs);  // workers
void AddModelVerbs(VerbSet& verbs);   // verify inspect diff
void AddDoctorVerb(VerbSet& verbs);   // doctor
void AddVersionVerb(VerbSet& verbs);  // version

}  // namespace decant

#endif  // DECANT_CLI_VERBS_H_
