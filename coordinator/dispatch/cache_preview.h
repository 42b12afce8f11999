// Which units of a plan would be done at once, because their results are
// known: for `decant plan`.
#ifndef DECANT_COORDINATOR_DISPATCH_CACHE_PREVIEW_H_
#define DECANT_COORDINATOR_DISPATCH_CACHE_PREVIEW_H_

#include <set>
#include <string>

#include "coordinator/dispatch/job_files.h"
#include "coordinator/plan/job_plan.h"

namespace decant {

// Ids of those units. A unit behind one that must run is not counted: its
// inputs, hence its action key, are not known. Reads result records, one wave
// of the plan after the other.
std::set<std::string> PreviewCacheHits(const JobPlan& plan,
                                       const std::string& numerics_class,
                                       JobFiles& files);

}  // namespace decant

#endif  // DECANT_COORDINATOR_DISPATCH_CACHE_PREVIEW_H_
