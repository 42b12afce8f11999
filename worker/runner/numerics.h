// What a job's bytes depend on besides its inputs, and how a runner pins it.
#ifndef DECANT_WORKER_RUNNER_NUMERICS_H_
#define DECANT_WORKER_RUNNER_NUMERICS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace decant {

// Pins torch for the calling thread and the process: number of threads, no
// TF32, no reduced-precision reductions, deterministic algorithms, denormals
// kept. Call once, before any tensor work, on the thread that runs ops (the
// OpenMP thread count belongs to it), in a process with RunnerEnvironment().
absl::Status PinNumerics(int threads);

// "cpu-avx512-libtorch2.11.0-threads2", or
// "cuda-sm90-libtorch2.11.0-cuda13.0-threads2". Processes of one class compute
// equal bytes. NotFound when there is no such device.
absl::StatusOr<std::string> NumericsClass(absl::string_view device,
                                          int threads);

}  // namespace decant

#endif  // DECANT_WORKER_RUNNER_NUMERICS_H_
