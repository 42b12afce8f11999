#include "coordinator/dispatch/core_metrics.h"

#include <algorithm>

namespace decant {

void DecadeHistogram::Add(absl::Duration duration) {
  const double seconds = absl::ToDoubleSeconds(duration);
  const auto bound =
      std::lower_bound(kDecadeBounds.begin(), kDecadeBounds.end(), seconds);
  ++counts[static_cast<size_t>(bound - kDecadeBounds.begin())];
  sum_seconds += seconds;
  ++count;
}

}  // namespace decant
