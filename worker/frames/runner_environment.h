// Environment a runner needs before its libraries load: thread counts and
// instruction sets that OpenMP, MKL, oneDNN and cuBLAS read only once.
#ifndef DECANT_WORKER_FRAMES_RUNNER_ENVIRONMENT_H_
#define DECANT_WORKER_FRAMES_RUNNER_ENVIRONMENT_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace decant {

// "avx512", "avx2" or "baseline": the best that this host runs and that the
// libraries distinguish. Part of the numerics class, since each level sums in
// another order.
absl::string_view CpuLevel();

// Name and value of every variable that pins the arithmetic of a process with
// `threads` threads: equal on all hosts of one CPU level.
std::vector<std::pair<std::string, std::string>> RunnerEnvironment(int threads);

// Whether this process was started with all of RunnerEnvironment(threads).
bool HasRunnerEnvironment(int threads);

}  // namespace decant

#endif  // DECANT_WORKER_FRAMES_RUNNER_ENVIRONMENT_H_
