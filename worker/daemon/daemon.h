// The worker daemon: WorkerState with its hands and ears. One thread owns the
// state; gRPC, the supervisor and signals post to it.
#ifndef DECANT_WORKER_DAEMON_DAEMON_H_
#define DECANT_WORKER_DAEMON_DAEMON_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "worker/daemon/runner_process.h"
#include "worker/daemon/runner_supervisor.h"
#include "worker/daemon/sync_client.h"
#include "worker/daemon/task_queue.h"
#include "worker/daemon/worker_state.h"

namespace decant {

struct DaemonOptions {
  std::string coordinator;  // HOST:PORT
  WorkerDescription description;
  std::vector<RunnerCommandLine> runners;  // One per slot.
  absl::Duration grace = absl::Seconds(60);
};

class Daemon {
 public:
  explicit Daemon(DaemonOptions options);

  // Works until Stop(). Not OK when the coordinator refuses this worker.
  absl::Status Run();

  // First call: finish what runs (within the grace), then return from Run();
  // second: return at once, killing the runners. Thread-safe.
  void Stop();

 private:
  void Handle(RunnerEvent event);
  void HandleReply(int64_t sequence, absl::StatusOr<v1::SyncReply> reply);
  void Sync(absl::Duration now);
  void CarryOut(Command command);
  void LookAtWorkspace();
  void WriteLog(const LeaseKey& lease, const std::string& text);

  const DaemonOptions options_;
  WorkerState state_;
  bool was_connected_ = false;
  int stops_ = 0;

  TaskQueue tasks_;
  // Last: both post until they are gone.
  RunnerSupervisor supervisor_;
  SyncClient client_;
};

}  // namespace decant

#endif  // DECANT_WORKER_DAEMON_DAEMON_H_
