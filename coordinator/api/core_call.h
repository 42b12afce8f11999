// A method of the core as a gRPC call.
#ifndef DECANT_COORDINATOR_API_CORE_CALL_H_
#define DECANT_COORDINATOR_API_CORE_CALL_H_

#include <utility>

#include "coordinator/api/reply_reactor.h"
#include "coordinator/dispatch/core.h"

namespace decant {

// Posts a copy of `request`: gRPC's own may go before the core reads it.
template <typename Request, typename T>
grpc::ServerUnaryReactor* CallCore(Core& core,
                                   void (Core::*method)(Request, Reply<T>),
                                   const Request& request, T* reply) {
  return ReplyReactor<T>::Start(reply, [&](Reply<T> answer) {
    (core.*method)(request, std::move(answer));
  });
}

// Ends a call at once, with a value or an error.
template <typename T>
grpc::ServerUnaryReactor* AnswerNow(absl::StatusOr<T> answer, T* reply) {
  return ReplyReactor<T>::Start(
      reply, [&](const Reply<T>& done) { done(std::move(answer)); });
}

}  // namespace decant

#endif  // DECANT_COORDINATOR_API_CORE_CALL_H_
