#include "worker/daemon/runner_supervisor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>

namespace decant {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

// A supervisor of fake runners; events are taken one by one.
class RunnerSupervisorTest : public testing::Test {
 protected:
  void Supervise(std::vector<std::string> arguments = {DECANT_FAKE_RUNNER}) {
    supervisor_ = std::make_unique<RunnerSupervisor>(
        std::vector<RunnerCommandLine>(
            2, {.arguments = std::move(arguments),
                .environment = {{"OMP_NUM_THREADS", "5"}}}),
        [this](RunnerEvent event) {
          const std::lock_guard<std::mutex> lock(mu_);
          events_.push_back(std::move(event));
          arrived_.notify_all();
        });
  }
  RunnerEvent Next() {
    std::unique_lock<std::mutex> lock(mu_);
    arrived_.wait(lock, [this] { return !events_.empty(); });
    RunnerEvent event = std::move(events_.front());
    events_.pop_front();
    return event;
  }
  pid_t StartRunner(size_t slot = 0) {
    supervisor_->Start(slot);
    const RunnerEvent hello = Next();
    EXPECT_EQ(hello.slot, slot);
    EXPECT_TRUE(hello.frame.has_value()) << hello.exit.how;
    if (!hello.frame.has_value()) return 0;
    return static_cast<pid_t>(std::get<HelloFrame>(*hello.frame).pid);
  }
  void Run(const std::string& what, size_t slot = 0) {
    supervisor_->Send(slot, RunFrame{.attempt = 7,
                                     .order = {{"job_id", what}},
                                     .remaining_ms = 600'000});
  }

  std::mutex mu_;
  std::condition_variable arrived_;
  std::deque<RunnerEvent> events_;
  std::unique_ptr<RunnerSupervisor> supervisor_;
};

TEST_F(RunnerSupervisorTest, ARunnerWorksUnderItsEnvironment) {
  Supervise();
  StartRunner();
  Run("done");
  const RunnerEvent event = Next();
  ASSERT_TRUE(event.frame.has_value());
  const auto done = std::get<DoneFrame>(*event.frame);
  EXPECT_EQ(done.attempt, 7);
  EXPECT_EQ(done.result["summary"]["threads"], "5");
}

TEST_F(RunnerSupervisorTest, EachEndIsDescribed) {
  struct Case {
    std::string what;
    std::string how;
    bool lease_ran_out;
  };
  const Case kCases[] = {
      {"crash", "died with SIGSEGV (Segmentation fault)", false},
      {"exit", "exited with code 3", false},
      {"expire", "exited with code 75", true},
      {"garbage", "died with SIGKILL (Killed)", false},
      {"close", "died with SIGKILL (Killed)", false},
  };
  Supervise();
  for (const Case& c : kCases) {
    StartRunner();
    Run(c.what);
    const RunnerEvent event = Next();
    EXPECT_FALSE(event.frame.has_value());
    EXPECT_EQ(event.exit.how, c.how) << c.what;
    EXPECT_EQ(event.exit.lease_ran_out, c.lease_ran_out) << c.what;
    EXPECT_EQ(event.log, "running " + c.what + "\n");
  }
}

TEST_F(RunnerSupervisorTest, TheLastLinesComeWithTheEnd) {
  Supervise();
  StartRunner();
  Run("chatter");
  const RunnerEvent event = Next();
  EXPECT_EQ(event.exit.how, "died with SIGABRT (Aborted)");
  EXPECT_THAT(event.log, HasSubstr("line 0\n"));
  EXPECT_THAT(event.log_tail, EndsWith("line 98\nline 99\n"));
  EXPECT_THAT(event.log_tail, Not(HasSubstr("line 49\n")));
}

TEST_F(RunnerSupervisorTest, TheLogOfAUnitDoesNotShowTheFormerOne) {
  Supervise();
  StartRunner();
  Run("fail");
  EXPECT_EQ(Next().log, "running fail\n");
  Run("lost");
  const RunnerEvent event = Next();
  EXPECT_EQ(event.log, "running lost\n");
  EXPECT_EQ(std::get<FailedFrame>(*event.frame).lost_artifact,
            std::string(32, 'a'));
}

TEST_F(RunnerSupervisorTest, AFrozenRunnerIsKilledAndItsSlotIsUsableAgain) {
  Supervise();
  StartRunner();
  Run("freeze");
  // More than a socket takes: sending must not block.
  for (int i = 0; i < 2'000; ++i) {
    supervisor_->Send(0,
                      RunFrame{.order = {{"job_id", std::string(1024, 'x')}}});
  }
  supervisor_->Kill(0);
  EXPECT_EQ(Next().exit.how, "died with SIGKILL (Killed)");
  EXPECT_GT(StartRunner(), 0);
}

TEST_F(RunnerSupervisorTest, SlotsAreIndependent) {
  Supervise();
  const pid_t first = StartRunner(0);
  const pid_t second = StartRunner(1);
  EXPECT_NE(first, second);
  Run("crash", 0);
  EXPECT_EQ(Next().slot, 0u);
  Run("done", 1);
  EXPECT_EQ(Next().slot, 1u);
}

TEST_F(RunnerSupervisorTest, RunnersEndWithTheSupervisor) {
  Supervise();
  const pid_t pid = StartRunner();
  EXPECT_EQ(kill(pid, 0), 0);
  supervisor_.reset();
  EXPECT_EQ(kill(pid, 0), -1);
}

TEST_F(RunnerSupervisorTest, AMissingProgramShowsAsAnEnd) {
  Supervise({"/no/such/runner"});
  supervisor_->Start(0);
  const RunnerEvent event = Next();
  EXPECT_EQ(event.exit.how, "exited with code 127");
  EXPECT_THAT(event.log, HasSubstr("cannot execute"));
}

}  // namespace
}  // namespace decant
