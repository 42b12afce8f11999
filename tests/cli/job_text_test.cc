#include "cli/job_text.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace decant {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

v1::Job SomeJob() {
  v1::Job job;
  job.set_id("j-1");
  job.set_name("tiny");
  job.set_state(v1::JOB_STATE_STOPPING);
  job.set_final_state(v1::JOB_STATE_CANCELLED);
  job.set_units(1234);
  job.set_units_done(1000);
  job.set_units_cached(7);
  job.set_started_unix_micros(1'000'000);
  return job;
}

TEST(JobTextTest, NewestJobsComeFirst) {
  v1::Job older = SomeJob();
  v1::Job newer = SomeJob();
  newer.set_id("j-2");
  newer.set_created_unix_micros(5);

  const std::string table = JobsTable({older, newer});

  EXPECT_LT(table.find("j-2"), table.find("j-1"));
  EXPECT_THAT(table, HasSubstr("1,234"));
}

TEST(JobTextTest, DetailsLeaveOutWhatIsEmpty) {
  const std::string text = JobDetails(SomeJob());

  EXPECT_THAT(text, HasSubstr("stopping (cancelled)"));
  EXPECT_THAT(text, HasSubstr("1,000 of 1,234 done, 7 cached"));
  EXPECT_THAT(text, Not(HasSubstr("message")));
  EXPECT_THAT(text, Not(HasSubstr("GATE")));
}

TEST(JobTextTest, GatesShowTheirVerdict) {
  v1::Job job = SomeJob();
  job.set_gates_json(
      R"([{"metric":"m","value":0.005,"min":0.01,"max":null,"passed":false},)"
      R"({"metric":"n","value":2,"passed":true}])");

  const std::string table = GatesTable(job);

  EXPECT_THAT(table, HasSubstr("FAILED"));
  EXPECT_THAT(table, HasSubstr("passed"));
  EXPECT_THAT(table, HasSubstr("0.005"));
  job.set_gates_json("not json");
  EXPECT_EQ(GatesTable(job), "");
}

TEST(JobTextTest, DurationsEndWithTheJob) {
  v1::Job job = SomeJob();
  const absl::Time now = absl::FromUnixSeconds(61);
  EXPECT_EQ(JobDuration(job, now), absl::Minutes(1));
  job.set_finished_unix_micros(3'000'000);
  EXPECT_EQ(JobDuration(job, now), absl::Seconds(2));
  EXPECT_EQ(JobDuration(v1::Job(), now), absl::ZeroDuration());
}

TEST(JobTextTest, UnitsShowProgressAndReasons) {
  v1::Unit unit;
  unit.set_id("1/merge/x");
  unit.set_state(v1::UNIT_STATE_BLOCKED);
  unit.set_progress_done(1);
  unit.set_progress_total(4);
  unit.add_waits_for("1/project/a");
  unit.add_waits_for("1/project/b");

  EXPECT_THAT(UnitsTable({unit}), HasSubstr("25%"));
  EXPECT_THAT(UnitDetails(unit), HasSubstr("1/project/a, 1/project/b"));
}

TEST(JobTextTest, WorkersSayWhyTheyAreLeftOut) {
  v1::Worker worker;
  worker.set_id("w1");
  worker.set_last_sync_unix_micros(1'000'000);
  v1::IneligibleReason* reason = worker.add_ineligible();
  reason->set_job_id("j-1");
  reason->set_reason("cannot see /ckpt");

  const std::string table = WorkersTable({worker}, absl::FromUnixSeconds(13));

  EXPECT_THAT(table, HasSubstr("12 s ago"));
  EXPECT_THAT(table, HasSubstr("j-1: cannot see /ckpt"));
}

TEST(JobTextTest, WithoutASealThereIsNoChangeTable) {
  EXPECT_EQ(ChangeTable(nullptr), "");
  EXPECT_EQ(ChangeTable(Json::object()), "");
}

}  // namespace
}  // namespace decant
