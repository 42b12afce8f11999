#include "worker/daemon/runner_supervisor.h"

#include <poll.h>

#include <utility>

#include "common/base/clock.h"

namespace decant {
namespace {

constexpr int kClosingPollMs = 500;

bool EndsAttempt(const Frame& frame) {
  return std::holds_alternative<DoneFrame>(frame) ||
         std::holds_alternative<FailedFrame>(frame);
}

}  // namespace

RunnerSupervisor::RunnerSupervisor(std::vector<RunnerCommandLine> commands,
                                   std::function<void(RunnerEvent)> sink)
    : commands_(std::move(commands)),
      sink_(std::move(sink)),
      runners_(commands_.size()) {
  thread_ = std::thread([this] { Loop(); });
}

RunnerSupervisor::~RunnerSupervisor() {
  tasks_.Post([this] { stop_ = true; });
  thread_.join();
}

void RunnerSupervisor::Start(size_t slot) {
  tasks_.Post([this, slot] { StartNow(slot); });
}

void RunnerSupervisor::Send(size_t slot, Frame frame) {
  tasks_.Post([this, slot, frame = std::move(frame)] {
    if (runners_[slot] == nullptr) return;
    // What it wrote between units belongs to no attempt.
    if (std::holds_alternative<RunFrame>(frame)) {
      runners_[slot]->ReadLog();
      runners_[slot]->log().Clear();
    }
    runners_[slot]->Send(frame);
  });
}

void RunnerSupervisor::Kill(size_t slot) {
  tasks_.Post([this, slot] {
    if (runners_[slot] != nullptr) runners_[slot]->Kill();
  });
}

void RunnerSupervisor::Loop() {
  while (!stop_) {
    Poll();
    tasks_.RunAll();
    for (size_t slot = 0; slot < runners_.size(); ++slot) Attend(slot);
  }
  runners_.clear();  // On this thread, which forked them.
}

void RunnerSupervisor::Poll() {
  std::vector<pollfd> fds = {{tasks_.fd(), POLLIN, 0}};
  int timeout_ms = -1;
  for (const std::unique_ptr<RunnerProcess>& runner : runners_) {
    if (runner == nullptr) continue;
    const auto socket_events =
        static_cast<short>(POLLIN | (runner->has_unsent() ? POLLOUT : 0));
    fds.push_back({runner->socket_fd(), socket_events, 0});
    fds.push_back({runner->log_fd(), POLLIN, 0});
    fds.push_back({runner->exit_fd(), POLLIN, 0});
    if (runner->is_closing()) timeout_ms = kClosingPollMs;
  }
  poll(fds.data(), fds.size(), timeout_ms);
}

void RunnerSupervisor::Attend(size_t slot) {
  RunnerProcess* runner = runners_[slot].get();
  if (runner == nullptr) return;
  runner->SendMore();
  // Before the frames: what it logged before its last word goes with that.
  const std::optional<RunnerExit> exit = runner->PollExit(SteadyNow());
  std::vector<Frame> frames = runner->Receive();
  runner->ReadLog();
  for (Frame& frame : frames) Report(slot, std::move(frame), {});
  if (!exit.has_value()) return;
  Report(slot, std::nullopt, *exit);
  runners_[slot].reset();
}

void RunnerSupervisor::StartNow(size_t slot) {
  if (runners_[slot] != nullptr) return;
  absl::StatusOr<std::unique_ptr<RunnerProcess>> runner =
      RunnerProcess::Start(commands_[slot]);
  if (runner.ok()) {
    runners_[slot] = *std::move(runner);
    return;
  }
  Report(slot, std::nullopt, {.how = std::string(runner.status().message())});
}

void RunnerSupervisor::Report(size_t slot, std::optional<Frame> frame,
                              RunnerExit exit) {
  RunnerEvent event;
  event.slot = slot;
  const bool is_end = !frame.has_value() || EndsAttempt(*frame);
  if (is_end && runners_[slot] != nullptr) {
    event.log_tail = runners_[slot]->log().Tail();
    event.log = runners_[slot]->log().Text();
  }
  event.frame = std::move(frame);
  event.exit = std::move(exit);
  sink_(std::move(event));
}

}  // namespace decant
