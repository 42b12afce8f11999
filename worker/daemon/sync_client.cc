#include "worker/daemon/sync_client.h"

#include <grpcpp/grpcpp.h>

#include <algorithm>
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
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 500);
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
  bool is_done = false;  // Under the mutex of Calls.
};

struct SyncClient::Calls {
  std::mutex mu;
  std::condition_variable changed;
  int num_open = 0;
};

SyncClient::SyncClient(const std::string& address, Done done)
    : address_(address),
      done_(std::move(done)),
      stub_(v1::WorkerService::NewStub(MakeChannel(address))),
      calls_(std::make_shared<Calls>()) {}

SyncClient::~SyncClient() {
  Cancel();
  std::unique_lock<std::mutex> lock(calls_->mu);
  calls_->changed.wait(lock, [this] { return calls_->num_open == 0; });
}

void SyncClient::Call(v1::SyncRequest request, absl::Duration timeout) {
  auto owned = std::make_unique<Pending>();
  Pending* call = owned.get();
  call->request = std::move(request);
  call->context.set_deadline(absl::ToChronoTime(absl::Now() + timeout));
  {
    const std::lock_guard<std::mutex> lock(calls_->mu);
    ++calls_->num_open;
    pending_.erase(std::remove_if(pending_.begin(), pending_.end(),
                                  [](const auto& old) { return old->is_done; }),
                   pending_.end());
    pending_.push_back(std::move(owned));
  }
  stub_->async()->Sync(
      &call->context, &call->request, &call->reply,
      [this, call, calls = calls_](const grpc::Status& status) {
        Finish(*call, status);
        const std::lock_guard<std::mutex> lock(calls->mu);
        call->is_done = true;
        --calls->num_open;
        calls->changed.notify_all();
      });
}

void SyncClient::Finish(Pending& call, const grpc::Status& status) {
  const int64_t sequence = call.request.sequence();
  if (status.ok()) {
    done_(sequence, std::move(call.reply));
    return;
  }
  done_(sequence,
        absl::Status(static_cast<absl::StatusCode>(status.error_code()),
                     absl::StrCat("coordinator ", address_, ": ",
                                  status.error_message())));
}

void SyncClient::Cancel() {
  if (!pending_.empty()) pending_.back()->context.TryCancel();
}

}  // namespace decant
