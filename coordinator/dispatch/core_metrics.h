// Numbers for /metrics. Plain data: a consistent snapshot of the core.
#ifndef DECANT_COORDINATOR_DISPATCH_CORE_METRICS_H_
#define DECANT_COORDINATOR_DISPATCH_CORE_METRICS_H_

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "absl/time/time.h"

namespace decant {

// Counts by decade. Bucket i counts what took at most kDecadeBounds[i]
// seconds; the last one counts the rest. Not cumulative.
inline constexpr std::array<double, 10> kDecadeBounds = {
    1e-3, 1e-2, 1e-1, 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6};

struct DecadeHistogram {
  std::array<int64_t, kDecadeBounds.size() + 1> counts = {};
  double sum_seconds = 0;
  int64_t count = 0;

  void Add(absl::Duration duration);
};

struct CoreMetrics {
  // (phase, state) of units of jobs that are not final.
  std::map<std::pair<std::string, std::string>, int64_t> units;
  std::map<std::string, int64_t> jobs;     // By state; every state is there.
  std::map<std::string, int64_t> workers;  // "active", "draining", "lost".
  int64_t slots_total = 0;                 // Of workers that are not lost.
  int64_t slots_busy = 0;
  int64_t syncs = 0;
  int64_t parked_syncs = 0;
  int64_t results_accepted = 0;
  int64_t results_cached = 0;
  // By reason: "stale", "malformed".
  std::map<std::string, int64_t> results_refused;
  // Failed attempts by absl::StatusCode name, "expired", "released".
  std::map<std::string, int64_t> attempts_failed;
  int64_t commits = 0;
  int64_t commits_failed = 0;
  bool disk_full = false;
  DecadeHistogram commit_seconds;
  std::map<std::string, DecadeHistogram> unit_seconds;  // By phase.
};

}  // namespace decant

#endif  // DECANT_COORDINATOR_DISPATCH_CORE_METRICS_H_
