// One unary call that waits for the core. A reaction never blocks: it posts to
// the core's mailbox and returns, so that thousands of parked polls cost no
// threads.
#ifndef DECANT_COORDINATOR_API_REPLY_REACTOR_H_
#define DECANT_COORDINATOR_API_REPLY_REACTOR_H_

#include <grpcpp/support/server_callback.h>

#include <atomic>
#include <functional>
#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "coordinator/api/status_conversion.h"
#include "coordinator/dispatch/core.h"

namespace decant {

// Ends the call once: with the core's answer, or when the client goes away,
// whichever comes first. Shared by gRPC (until OnDone) and by the core's
// callback (until it was called), either of which may outlive the other.
template <typename T>
class ReplyReactor final : public grpc::ServerUnaryReactor {
 public:
  // `reply` is gRPC's and is valid until the call ends. Hands the reactor to
  // gRPC; `post` is given the callback that ends the call.
  static grpc::ServerUnaryReactor* Start(
      T* reply, const std::function<void(Reply<T>)>& post) {
    auto self = std::make_shared<ReplyReactor>(reply);
    self->self_ = self;
    grpc::ServerUnaryReactor* const reactor = self.get();
    post([self = std::move(self)](absl::StatusOr<T> answer) {
      self->Answer(std::move(answer));
    });
    return reactor;
  }

  explicit ReplyReactor(T* reply) : reply_(reply) {}

 private:
  void Answer(absl::StatusOr<T> answer) {
    if (has_ended_.exchange(true)) return;
    if (answer.ok()) *reply_ = *std::move(answer);
    Finish(ToGrpcStatus(answer.status()));
  }

  void OnCancel() override {
    if (has_ended_.exchange(true)) return;
    Finish(grpc::Status::CANCELLED);
  }

  void OnDone() override { self_.reset(); }

  T* const reply_;
  std::atomic<bool> has_ended_ = false;
  std::shared_ptr<ReplyReactor> self_;
};

}  // namespace decant

#endif  // DECANT_COORDINATOR_API_REPLY_REACTOR_H_
