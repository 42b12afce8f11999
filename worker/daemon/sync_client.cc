#include "worker/daemon/sync_client.h"

#include <grpcpp/grpcpp.h>

#include <condition_variable>
#include <mutex>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/base/version.h"

namespace decant {
namespace {

std::shared_ptr<grpc::Channel> MakeChannel(const std::string& address) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 30'000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 10'000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  // gRPC's own limit is 120 s: work would not resume soon after an outage.
  // The pace of attempts is the pacer's; this only must not be slower.
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 1'000);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 1'000);
  // A proxy from the environment must never stand between us and loopback.
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetMaxReceiveMessageSize(kMaxMessageBytes);
  arguments.SetMaxSendMessageSize(kMaxMessageBytes);
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(),
                                   arguments);
}

}  // namespace

struct SyncClient::Pending {
  grpc::ClientContext context;
  v1::SyncRequest request;
  v1::SyncReply reply;
};

// Calls whose callback has not yet ended.
struct SyncClient::Counter {
  std::mutex mu;
  std::condition_variable changed;
  int value = 0;

  void Add(int change) {
    const std::lock_guard<std::mutex> lock(mu);
    value += change;
    changed.notify_all();
  }
  void WaitForZero() {
    std::unique_lock<std::mutex> lock(mu);
    changed.wait(lock, [this] { return value == 0; });
  }
};

SyncClient::SyncClient(const std::string& address, Done done)
    : address_(address),
      done_(std::move(done)),
      stub_(v1::WorkerService::NewStub(MakeChannel(address))),
      calls_(std::make_shared<Counter>()) {}

SyncClient::~SyncClient() {
  Cancel();
  calls_->WaitForZero();
}

void SyncClient::Call(v1::SyncRequest request, absl::Duration timeout) {
  auto pending = std::make_shared<Pending>();
  pending->request = std::move(request);
  pending->context.set_deadline(absl::ToChronoTime(absl::Now() + timeout));
  current_ = pending;
  calls_->Add(1);
  stub_->async()->Sync(
      &pending->context, &pending->request, &pending->reply,
      [this, pending, calls = calls_](const grpc::Status& status) {
        const int64_t sequence = pending->request.sequence();
        if (status.ok()) {
          done_(sequence, std::move(pending->reply));
        } else {
          done_(sequence,
                absl::Status(static_cast<absl::StatusCode>(status.error_code()),
                             absl::StrCat("coordinator ", address_, ": ",
                                          status.error_message())));
        }
        calls->Add(-1);
      });
}

void SyncClient::Cancel() {
  if (current_ != nullptr) current_->context.TryCancel();
  current_.reset();
}

}  // namespace decant
