// How much memory this host may use.
#ifndef DECANT_WORKER_DAEMON_HOST_MEMORY_H_
#define DECANT_WORKER_DAEMON_HOST_MEMORY_H_

#include <cstdint>

#include "absl/strings/string_view.h"

namespace decant {

// The smaller of the machine's memory (/proc/meminfo) and the limits of this
// process' control group and its parents (containers, Slurm); 0 when unknown.
int64_t HostMemoryBytes();

// "MemTotal:  16384 kB" in bytes; 0 when absent. For HostMemoryBytes.
int64_t ParseMemTotal(absl::string_view meminfo);

}  // namespace decant

#endif  // DECANT_WORKER_DAEMON_HOST_MEMORY_H_
