#include "worker/daemon/runner_process.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "common/base/clock.h"

namespace decant {
namespace {

std::unique_ptr<RunnerProcess> StartFake() {
  auto runner = RunnerProcess::Start({.arguments = {DECANT_FAKE_RUNNER}});
  EXPECT_TRUE(runner.ok()) << runner.status();
  return runner.ok() ? *std::move(runner) : nullptr;
}

void WaitFor(int fd) {
  pollfd poller = {fd, POLLIN, 0};
  poll(&poller, 1, -1);
}

Frame Hear(RunnerProcess& runner) {
  for (;;) {
    std::vector<Frame> frames = runner.Receive();
    if (!frames.empty()) return frames.front();
    WaitFor(runner.socket_fd());
  }
}

TEST(RunnerProcessTest, RunsInAProcessGroupOfItsOwn) {
  const auto runner = StartFake();
  const auto pid = static_cast<pid_t>(std::get<HelloFrame>(Hear(*runner)).pid);
  EXPECT_EQ(getpgid(pid), pid);
  EXPECT_NE(getpgid(pid), getpgid(0));
}

TEST(RunnerProcessTest, ExitIsSeenOnce) {
  const auto runner = StartFake();
  Hear(*runner);
  EXPECT_FALSE(runner->PollExit(SteadyNow()).has_value());
  runner->Kill();
  WaitFor(runner->exit_fd());
  const auto exit = runner->PollExit(SteadyNow());
  ASSERT_TRUE(exit.has_value());
  EXPECT_EQ(exit->how, "died with SIGKILL (Killed)");
  EXPECT_FALSE(runner->PollExit(SteadyNow()).has_value());
}

TEST(RunnerProcessTest, ARunnerThatClosedItsSocketIsKilledAfterAWhile) {
  const auto runner = StartFake();
  Hear(*runner);
  runner->Send(RunFrame{.attempt = 1, .order = {{"job_id", "close"}}});
  while (runner->socket_fd() >= 0) {
    WaitFor(runner->socket_fd());
    runner->Receive();
  }
  const absl::Duration now = SteadyNow();
  EXPECT_FALSE(runner->PollExit(now).has_value());
  EXPECT_TRUE(runner->is_closing());
  EXPECT_FALSE(runner->PollExit(now + absl::Seconds(3)).has_value());
  WaitFor(runner->exit_fd());
  EXPECT_TRUE(runner->PollExit(now + absl::Seconds(3)).has_value());
}

TEST(RunnerProcessTest, BlockedSignalsAreNotInherited) {
  sigset_t set;
  sigset_t old;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &set, &old);
  const auto runner = StartFake();
  pthread_sigmask(SIG_SETMASK, &old, nullptr);
  const auto pid = static_cast<pid_t>(std::get<HelloFrame>(Hear(*runner)).pid);
  kill(pid, SIGTERM);
  WaitFor(runner->exit_fd());
  EXPECT_EQ(runner->PollExit(SteadyNow())->how,
            "died with SIGTERM (Terminated)");
}

}  // namespace
}  // namespace decant
