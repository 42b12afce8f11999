#include "cli/interrupt.h"

#include <signal.h>
#include <unistd.h>

#include <thread>

#include "cli/exit_code.h"

namespace decant {

void Interrupt::Install() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);
  // Detached: it waits until the process ends, whose lifetime is this
  // object's.
  std::thread([this, signals] {
    int received = 0;
    sigwait(&signals, &received);
    Request();
    sigwait(&signals, &received);
    _exit(static_cast<int>(ExitCode::kInterrupted));
  }).detach();
}

void Interrupt::Request() {
  requested_ = true;
  const std::lock_guard lock(mutex_);
  if (call_ != nullptr) call_->TryCancel();
}

Interrupt::Guard::Guard(Interrupt& interrupt, grpc::ClientContext& context)
    : interrupt_(interrupt) {
  const std::lock_guard lock(interrupt_.mutex_);
  interrupt_.call_ = &context;
  if (interrupt_.requested_) context.TryCancel();
}

Interrupt::Guard::~Guard() {
  const std::lock_guard lock(interrupt_.mutex_);
  interrupt_.call_ = nullptr;
}

}  // namespace decant
