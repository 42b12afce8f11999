#include "worker/daemon/runner_slot.h"

#include <algorithm>
#include <utility>

namespace decant {
namespace {

// How long an op may take to notice that it is cancelled.
constexpr absl::Duration kCancelGrace = absl::Seconds(5);
// A runner that says nothing for so long after its start hangs.
constexpr absl::Duration kStartTimeout = absl::Seconds(120);
constexpr absl::Duration kFirstRestartDelay = absl::Milliseconds(100);
constexpr absl::Duration kMaxRestartDelay = absl::Seconds(5);
constexpr int64_t kMaxDoublings = 10;
constexpr absl::Duration kForever = absl::InfiniteDuration();

}  // namespace

bool RunnerSlot::Holds(const LeaseKey& lease) const {
  return is_holding() && execution_->lease == lease;
}

void RunnerSlot::Drop() {
  if (execution_.has_value()) execution_->ending = Ending::kDropped;
}

void RunnerSlot::Release() {
  if (execution_.has_value() && execution_->ending == Ending::kNone) {
    execution_->ending = Ending::kReleased;
  }
}

void RunnerSlot::ReleaseAt(absl::Duration when) {
  if (!execution_.has_value()) return;
  execution_->release_at = std::min(execution_->release_at, when);
}

void RunnerSlot::Begin(LeaseKey lease, RunFrame run,
                       std::vector<Command>& commands) {
  phase_ = Phase::kBusy;
  execution_ = Execution{.lease = std::move(lease), .attempt = run.attempt};
  commands.push_back(SendCommand{index_, std::move(run)});
}

void RunnerSlot::NoteHello() {
  if (phase_ != Phase::kStarting) return;
  phase_ = Phase::kIdle;
  kill_at_ = kForever;
  failed_starts_ = 0;
}

Execution RunnerSlot::TakeExecution() {
  Execution execution = *std::move(execution_);
  execution_.reset();
  kill_at_ = kForever;
  // A runner that is being killed takes no further unit.
  phase_ = kill_sent_ ? Phase::kDying : Phase::kIdle;
  return execution;
}

void RunnerSlot::NoteExit(absl::Duration now) {
  start_at_ = now;
  if (phase_ == Phase::kStarting) {
    const int64_t doublings = std::min(failed_starts_++, kMaxDoublings);
    start_at_ += std::min(kFirstRestartDelay * (int64_t{1} << doublings),
                          kMaxRestartDelay);
  }
  phase_ = Phase::kDead;
  kill_at_ = kForever;
  kill_sent_ = false;
}

void RunnerSlot::Advance(bool may_start, absl::Duration now,
                         std::vector<Command>& commands) {
  if (phase_ == Phase::kDead) {
    if (!may_start || now < start_at_) return;
    commands.push_back(StartRunnerCommand{index_});
    phase_ = Phase::kStarting;
    kill_at_ = now + kStartTimeout;
    return;
  }
  if (execution_.has_value()) EndExecution(now, commands);
  if (now < kill_at_ || kill_sent_) return;
  commands.push_back(KillRunnerCommand{index_});
  kill_sent_ = true;
}

void RunnerSlot::EndExecution(absl::Duration now,
                              std::vector<Command>& commands) {
  if (now >= execution_->release_at) Release();
  if (execution_->ending == Ending::kDropped) {
    // The lease may run elsewhere soon: no time for courtesy.
    kill_at_ = std::min(kill_at_, now);
  } else if (execution_->ending == Ending::kReleased &&
             !execution_->cancel_sent) {
    commands.push_back(
        SendCommand{index_, CancelFrame{.attempt = execution_->attempt}});
    execution_->cancel_sent = true;
    kill_at_ = std::min(kill_at_, now + kCancelGrace);
  }
}

absl::Duration RunnerSlot::NextDeadline(bool may_start) const {
  if (phase_ == Phase::kDead) return may_start ? start_at_ : kForever;
  absl::Duration next = kill_sent_ ? kForever : kill_at_;
  if (execution_.has_value() && execution_->ending == Ending::kNone) {
    next = std::min(next, execution_->release_at);
  }
  return next;
}

}  // namespace decant
