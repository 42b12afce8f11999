#include "coordinator/store/store.h"

namespace decant {

bool WriteBatch::empty() const {
  return jobs.empty() && unit_specs.empty() && units.empty() &&
         results.empty() && attempts.empty() && effects.empty() &&
         workers.empty() && events.empty();
}

}  // namespace decant
