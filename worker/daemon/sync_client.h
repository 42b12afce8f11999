// The gRPC side of Sync: one call in flight, which can be ended early.
#ifndef DECANT_WORKER_DAEMON_SYNC_CLIENT_H_
#define DECANT_WORKER_DAEMON_SYNC_CLIENT_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "decant/v1/worker.grpc.pb.h"

namespace decant {

// Thread-compatible; `done` comes on a thread of gRPC.
class SyncClient {
 public:
  // Called once per Call, with the sequence number of its request; Cancelled
  // after Cancel(). Must not block.
  using Done = std::function<void(int64_t sequence,
                                  absl::StatusOr<v1::SyncReply> reply)>;

  // `address` is HOST:PORT on loopback. Does not connect yet.
  SyncClient(const std::string& address, Done done);
  // Cancels the call in flight and waits for its end.
  ~SyncClient();

  // At most one call is under way, besides cancelled ones.
  void Call(v1::SyncRequest request, absl::Duration timeout);
  void Cancel();

 private:
  struct Pending;
  struct Calls;

  void Finish(Pending& call, const grpc::Status& status);

  const std::string address_;
  const Done done_;
  const std::unique_ptr<v1::WorkerService::Stub> stub_;
  // Freed by this class only, never by gRPC's thread: a call keeps the channel
  // alive, and a channel that ends on gRPC's own thread joins that thread.
  std::vector<std::unique_ptr<Pending>> pending_;  // The last is current.
  // Shared with gRPC's callbacks, whose last act is to count themselves out.
  const std::shared_ptr<Calls> calls_;
};

}  // namespace decant

#endif  // DECANT_WORKER_DAEMON_SYNC_CLIENT_H_
