#include "cli/progress_view.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace decant {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

v1::Job RunningJob(int64_t done, double cost_done) {
  v1::Job job;
  job.set_state(v1::JOB_STATE_RUNNING);
  job.set_units(10);
  job.set_units_done(done);
  job.set_units_running(1);
  job.set_cost_done(cost_done);
  job.set_cost_total(100);
  v1::PhaseProgress* phase = job.add_phases();
  phase->set_phase("project");
  phase->set_units(10);
  phase->set_done(done);
  phase->set_running(1);
  return job;
}

TEST(ProgressViewTest, PlainLinesComeWhenTheStateChangesOrTimePassed) {
  ProgressView view({});
  const absl::Duration start = absl::Seconds(100);

  EXPECT_EQ(view.Update(RunningJob(1, 10), start),
            "running  10.0 %  1/10 units  project 1/10\n");
  EXPECT_EQ(view.Update(RunningJob(2, 20), start + absl::Seconds(1)), "");
  EXPECT_THAT(view.Update(RunningJob(2, 20), start + absl::Seconds(2)),
              StartsWith("running  20.0 %  2/10 units"));
  // Nothing new: no line, however late.
  EXPECT_EQ(view.Update(RunningJob(2, 20), start + absl::Seconds(60)), "");
  v1::Job paused = RunningJob(2, 20);
  paused.set_state(v1::JOB_STATE_PAUSED);
  EXPECT_THAT(view.Update(paused, start + absl::Seconds(60)),
              StartsWith("paused"));
}

TEST(ProgressViewTest, RemainingTimeFollowsTheSpeedSeen) {
  ProgressView view({});
  const absl::Duration start = absl::Seconds(100);
  view.Update(RunningJob(1, 10), start);
  EXPECT_EQ(view.Remaining(RunningJob(1, 10), start), std::nullopt);

  // 20 of 100 in ten seconds, 70 left.
  EXPECT_EQ(view.Remaining(RunningJob(3, 30), start + absl::Seconds(10)),
            absl::Seconds(35));
}

TEST(ProgressViewTest, CachedWorkDoesNotCountAsSpeed) {
  ProgressView view({});
  v1::Job job = RunningJob(9, 90);
  view.Update(job, absl::Seconds(1));

  EXPECT_EQ(view.Remaining(job, absl::Seconds(11)), std::nullopt);
}

TEST(ProgressViewTest, ATerminalIsRedrawnInPlace) {
  ProgressView view({.is_terminal = true});

  const std::string first = view.Update(RunningJob(5, 50), absl::Seconds(1));
  const std::string second = view.Update(RunningJob(6, 60), absl::Seconds(2));

  EXPECT_THAT(first, Not(HasSubstr("\x1b")));
  EXPECT_THAT(first, HasSubstr("[############............] 5/10"));
  EXPECT_THAT(second, StartsWith("\x1b[2A\x1b[J"));
}

TEST(ProgressViewTest, MessagesCannotBreakTheLine) {
  ProgressView view({});
  v1::Job job = RunningJob(1, 10);
  job.set_message("waits\nfor\x1b[31m workers");

  const std::string line = view.Update(job, absl::Seconds(1));

  EXPECT_EQ(line.find('\n'), line.size() - 1);
  EXPECT_THAT(line, Not(HasSubstr("\x1b")));
}

}  // namespace
}  // namespace decant
