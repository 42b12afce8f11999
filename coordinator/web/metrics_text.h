// The core's numbers in Prometheus' text format. Pure.
#ifndef DECANT_COORDINATOR_WEB_METRICS_TEXT_H_
#define DECANT_COORDINATOR_WEB_METRICS_TEXT_H_

#include <string>

#include "coordinator/dispatch/core_metrics.h"

namespace decant {

// Every metric has the prefix decant_, base units, and labels from phase,
// state, reason and version only: never a unit, tensor, path or host.
// docs/operating/metrics.md lists them.
std::string MetricsText(const CoreMetrics& metrics);

}  // namespace decant

#endif  // DECANT_COORDINATOR_WEB_METRICS_TEXT_H_
