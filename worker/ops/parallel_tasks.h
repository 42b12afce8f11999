// Runs independent pieces of an op on a few threads of its own.
#ifndef DECANT_WORKER_OPS_PARALLEL_TASKS_H_
#define DECANT_WORKER_OPS_PARALLEL_TASKS_H_

#include <cstddef>
#include <functional>

#include "absl/status/status.h"

namespace decant {

// Calls task(i) for each i in [0, num_tasks), on at most `num_threads` threads
// (at least one), and waits for all that were begun. After a failure no further
// task begins; of several failures that of the lowest index is returned, so
// that equal runs report equal errors as far as threads allow.
absl::Status RunTasks(int num_threads, size_t num_tasks,
                      const std::function<absl::Status(size_t)>& task);

}  // namespace decant

#endif  // DECANT_WORKER_OPS_PARALLEL_TASKS_H_
