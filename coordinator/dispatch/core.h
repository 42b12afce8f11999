// The coordinator's heart: one thread with a mailbox.
//
// gRPC reactors, HTTP pages and timers only post requests. The thread drains
// up to 256 of them (or 5 ms), applies them to the pure scheduler state, writes
// what changed in one store transaction, commits, and only then completes the
// replies. So there is no lock around policy, group commit comes by itself, and
// the same core runs in a simulator with a fake clock and an in-memory store.
// Slow work (JobFiles) runs on a pool and comes back as a message.
#ifndef DECANT_COORDINATOR_DISPATCH_CORE_H_
#define DECANT_COORDINATOR_DISPATCH_CORE_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "coordinator/dispatch/core_metrics.h"
#include "coordinator/dispatch/job_files.h"
#include "coordinator/store/store.h"
#include "decant/v1/job.pb.h"
#include "decant/v1/worker.pb.h"

namespace decant {

// Called once, on the core's thread, after the transaction is durable. Must
// not block.
template <typename T>
using Reply = std::function<void(absl::StatusOr<T>)>;

struct CoreOptions {
  absl::Duration lease_ttl = absl::Seconds(60);
  std::string workspace;  // Absolute, as every host sees it.
  // What stands in the workspace under nonces/coordinator. A worker that does
  // not state it in Sync does not see our workspace and gets no units. It must
  // stay the same across restarts (reuse one that stands there), or every
  // worker has to read it anew. "": no proof is asked for.
  std::string workspace_nonce;
  std::string version;
  // Threads that run JobFiles.
  int num_file_threads = 3;
  // Called once, on the core's thread, when the store cannot be trusted any
  // more. The process must end; the file is recovered on the next start. The
  // default logs and exits with code 1.
  std::function<void(const absl::Status&)> on_fatal;
};

// Thread-safe: every method posts and returns at once.
class Core {
 public:
  // Loads all state from `store` (running leases get one TTL of grace) and
  // starts the thread. References outlive the core.
  static absl::StatusOr<std::unique_ptr<Core>> Start(CoreOptions options,
                                                     Store& store,
                                                     JobFiles& files,
                                                     Clock& clock);
  virtual ~Core() = default;

  virtual void Sync(v1::SyncRequest request, Reply<v1::SyncReply> reply) = 0;

  virtual void Plan(v1::PlanRequest request, Reply<v1::PlanReply> reply) = 0;
  virtual void Submit(v1::SubmitRequest request,
                      Reply<v1::SubmitReply> reply) = 0;
  virtual void Get(v1::GetJobRequest request, Reply<v1::GetJobReply> reply) = 0;
  virtual void List(v1::ListJobsRequest request,
                    Reply<v1::ListJobsReply> reply) = 0;
  virtual void Watch(v1::WatchRequest request, Reply<v1::WatchReply> reply) = 0;
  virtual void Cancel(v1::JobActionRequest request,
                      Reply<v1::JobActionReply> reply) = 0;
  virtual void Pause(v1::JobActionRequest request,
                     Reply<v1::JobActionReply> reply) = 0;
  virtual void Resume(v1::JobActionRequest request,
                      Reply<v1::JobActionReply> reply) = 0;
  virtual void Retry(v1::JobActionRequest request,
                     Reply<v1::JobActionReply> reply) = 0;
  virtual void ListUnits(v1::ListUnitsRequest request,
                         Reply<v1::ListUnitsReply> reply) = 0;
  virtual void ListWorkers(v1::ListWorkersRequest request,
                           Reply<v1::ListWorkersReply> reply) = 0;
  virtual void GetReportData(v1::GetReportDataRequest request,
                             Reply<v1::GetReportDataReply> reply) = 0;
  virtual void GetMetrics(Reply<CoreMetrics> reply) = 0;

  // Stops taking requests, answers parked ones with Unavailable, ends the
  // thread. Idempotent.
  virtual void Stop() = 0;
};

}  // namespace decant

#endif  // DECANT_COORDINATOR_DISPATCH_CORE_H_
