// Ctrl-C and SIGTERM, turned into a question that verbs ask, and into the
// cancellation of the call that is under way.
#ifndef DECANT_CLI_INTERRUPT_H_
#define DECANT_CLI_INTERRUPT_H_

#include <grpcpp/client_context.h>

#include <atomic>
#include <mutex>

namespace decant {

// Thread-safe. One per process; tests use one without Install.
class Interrupt {
 public:
  // Blocks SIGINT and SIGTERM in this thread and all later ones, and waits for
  // them on a thread of its own: the first sets requested(), a second ends the
  // process at once. Call from main before other threads exist.
  void Install();

  bool requested() const { return requested_; }

  // While alive, an interrupt cancels the call of `context`.
  class Guard {
   public:
    Guard(Interrupt& interrupt, grpc::ClientContext& context);
    ~Guard();
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;

   private:
    Interrupt& interrupt_;
  };

 private:
  void Request();

  std::atomic<bool> requested_ = false;
  std::mutex mutex_;  // Guards call_.
  grpc::ClientContext* call_ = nullptr;
};

}  // namespace decant

#endif  // DECANT_CLI_INTERRUPT_H_
