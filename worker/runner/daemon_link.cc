#include "worker/runner/daemon_link.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/status_macros.h"

namespace decant {
namespace {

constexpr size_t kReadBytes = 64 << 10;
// Longest sleep of the watchdog: bounds how late it sees a deadline that was
// set while it slept (the daemon's frames wake it anyway).
constexpr absl::Duration kMaxPoll = absl::Seconds(1);

}  // namespace

DaemonLink::DaemonLink(int fd, std::function<void(int exit_code)> end_process)
    : fd_(fd), end_process_(std::move(end_process)) {
  reader_ = std::thread([this] { ReadLoop(); });
}

DaemonLink::~DaemonLink() {
  {
    const std::lock_guard<std::mutex> lock(mu_);
    closing_ = true;
  }
  shutdown(fd_, SHUT_RDWR);
  reader_.join();
  close(fd_);
}

std::optional<RunFrame> DaemonLink::NextRun() {
  std::unique_lock<std::mutex> lock(mu_);
  changed_.wait(lock, [this] { return ended_ || !runs_.empty(); });
  if (runs_.empty()) return std::nullopt;
  RunFrame run = std::move(runs_.front());
  runs_.pop_front();
  return run;
}

bool DaemonLink::IsCancelled() const {
  const std::lock_guard<std::mutex> lock(mu_);
  return cancelled_ || ended_;
}

absl::Status DaemonLink::Send(const Frame& frame) {
  ASSIGN_OR_RETURN(const std::string bytes, EncodeFrame(frame));
  const std::lock_guard<std::mutex> lock(write_mu_);
  size_t sent = 0;
  while (sent < bytes.size()) {
    const ssize_t n =
        send(fd_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return absl::UnavailableError("the worker daemon is gone");
    sent += static_cast<size_t>(n);
  }
  return absl::OkStatus();
}

absl::Status DaemonLink::FinishRun(const Frame& outcome) {
  {
    // Before sending: the answer may be the next run with its own deadline.
    const std::lock_guard<std::mutex> lock(mu_);
    deadline_.reset();
    current_ = 0;
    cancelled_ = false;
  }
  return Send(outcome);
}

std::optional<absl::Duration> DaemonLink::Remaining() const {
  const std::lock_guard<std::mutex> lock(mu_);
  if (!deadline_.has_value()) return std::nullopt;
  return *deadline_ - SteadyNow();
}

void DaemonLink::ReadLoop() {
  for (;;) {
    const std::optional<absl::Duration> remaining = Remaining();
    // First of all: after SIGSTOP and SIGCONT this is where it wakes up.
    if (remaining.has_value() && *remaining <= absl::ZeroDuration()) {
      Log(LogLevel::kError,
          "the lease ran out without a word from the daemon: stopping");
      End(kExitDeadline);
      return;
    }
    const absl::Duration wait =
        std::min(remaining.value_or(kMaxPoll), kMaxPoll);
    pollfd poller = {fd_, POLLIN, 0};
    const int ready =
        poll(&poller, 1, static_cast<int>(absl::ToInt64Milliseconds(wait)) + 1);
    if (ready > 0 && !ReadSome()) return;
  }
}

bool DaemonLink::ReadSome() {
  std::string buffer(kReadBytes, '\0');
  const ssize_t n = recv(fd_, buffer.data(), buffer.size(), 0);
  if (n < 0 && (errno == EINTR || errno == EAGAIN)) return true;
  if (n <= 0) {
    End(kExitDaemonGone);
    return false;
  }
  decoder_.Append(absl::string_view(buffer.data(), static_cast<size_t>(n)));
  for (;;) {
    absl::StatusOr<std::optional<Frame>> next = decoder_.Next();
    if (!next.ok()) {
      Log(LogLevel::kError, next.status().message());
      End(kExitBrokenStream);
      return false;
    }
    if (!next->has_value()) return true;
    Take(**std::move(next));
  }
}

void DaemonLink::Take(Frame frame) {
  const std::lock_guard<std::mutex> lock(mu_);
  const absl::Duration now = SteadyNow();
  if (auto* run = std::get_if<RunFrame>(&frame)) {
    current_ = run->attempt;
    cancelled_ = false;
    deadline_ = now + absl::Milliseconds(run->remaining_ms);
    runs_.push_back(std::move(*run));
    changed_.notify_all();
  } else if (const auto* renew = std::get_if<RenewFrame>(&frame)) {
    if (deadline_.has_value()) {
      deadline_ = now + absl::Milliseconds(renew->remaining_ms);
    }
  } else if (const auto* cancel = std::get_if<CancelFrame>(&frame)) {
    if (cancel->attempt == current_) cancelled_ = true;
  } else if (std::holds_alternative<ByeFrame>(frame)) {
    ended_ = true;
    changed_.notify_all();
  }
}

void DaemonLink::End(int exit_code) {
  bool closing = false;
  {
    const std::lock_guard<std::mutex> lock(mu_);
    closing = closing_;
    ended_ = true;
    changed_.notify_all();
  }
  if (!closing) end_process_(exit_code);
}

}  // namespace decant
