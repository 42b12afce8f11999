#include "coordinator/dispatch/job_pages.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/coordinator/dispatch/test_cluster.h"

namespace decant {
namespace {

using testing::_;

class JobPagesTest : public testing::Test {
 protected:
  JobPagesTest() { cluster_.Sync(worker_); }
  absl::StatusOr<v1::ListUnitsReply> Units(
      const v1::ListUnitsRequest& request) {
    return cluster_.Ask<v1::ListUnitsReply>(
        [&](CoreLoop& loop, auto reply) { loop.ListUnits(request, reply); });
  }

  TestCluster cluster_;
  TestWorker worker_{"w1"};
};

TEST_F(JobPagesTest, PagesOfUnitsAddUpToAllOfThem) {
  v1::ListUnitsRequest request;
  request.set_job_id(cluster_.SubmitPlan(MakePlan("job", 25)));
  request.set_page_size(10);
  std::set<std::string> ids;
  int num_pages = 0;
  do {
    const v1::ListUnitsReply page = ValueOf(Units(request));
    for (const v1::Unit& unit : page.units()) ids.insert(unit.id());
    request.set_page_token(page.next_page_token());
    ++num_pages;
  } while (!request.page_token().empty());

  EXPECT_EQ(ids.size(), 27u);
  EXPECT_EQ(num_pages, 3);
}

TEST_F(JobPagesTest, UnitsAreFilteredByStateAndPhase) {
  v1::ListUnitsRequest request;
  request.set_job_id(cluster_.SubmitPlan(MakePlan("job", 3)));
  request.add_states(v1::UNIT_STATE_BLOCKED);
  EXPECT_EQ(ValueOf(Units(request)).units_size(), 2);

  request.set_phase("merge");

  ASSERT_EQ(ValueOf(Units(request)).units_size(), 1);
  EXPECT_EQ(ValueOf(Units(request)).units(0).id(), "merge");
}

TEST_F(JobPagesTest, BadTokensAndStrangersAreRefused) {
  v1::ListUnitsRequest request;
  request.set_job_id(cluster_.SubmitPlan(MakePlan("job", 1)));
  request.set_page_token("-3");
  EXPECT_THAT(Units(request), Fails(absl::StatusCode::kInvalidArgument, _));
  request.set_page_token("");
  request.set_unit_id("ghost");
  EXPECT_THAT(Units(request), Fails(absl::StatusCode::kNotFound, _));
  request.set_job_id("j-ghost");
  EXPECT_THAT(Units(request), Fails(absl::StatusCode::kNotFound, _));
}

TEST_F(JobPagesTest, JobsComeNewestFirstInPages) {
  for (const char* name : {"one", "two", "three"}) {
    cluster_.SubmitPlan(MakePlan(name, 1));
  }
  v1::ListJobsRequest request;
  request.set_page_size(2);
  const auto list = [&] {
    return ValueOf(cluster_.Ask<v1::ListJobsReply>(
        [&](CoreLoop& loop, auto reply) { loop.List(request, reply); }));
  };

  const v1::ListJobsReply first = list();
  ASSERT_EQ(first.jobs_size(), 2);
  EXPECT_EQ(first.jobs(0).name(), "three");
  request.set_page_token(first.next_page_token());
  const v1::ListJobsReply second = list();

  ASSERT_EQ(second.jobs_size(), 1);
  EXPECT_EQ(second.jobs(0).name(), "one");
  EXPECT_EQ(second.next_page_token(), "");
}

TEST_F(JobPagesTest, WorkersSayWhatTheyRunAndWhyNot) {
  cluster_.SubmitPlan(MakePlan("job", 1));
  cluster_.Sync(worker_);
  const auto reply = ValueOf(cluster_.Ask<v1::ListWorkersReply>(
      [&](CoreLoop& loop, auto done) { loop.ListWorkers(done); }));

  ASSERT_EQ(reply.workers_size(), 1);
  EXPECT_EQ(reply.workers(0).state(), "active");
  EXPECT_EQ(reply.workers(0).busy_slots(), 1);
  ASSERT_EQ(reply.workers(0).running_size(), 1);
  EXPECT_THAT(reply.workers(0).running(0), testing::EndsWith("/a0"));
}

TEST_F(JobPagesTest, AReportHasTheJobOnceAndAllUnits) {
  v1::GetReportDataRequest request;
  request.set_job_id(cluster_.SubmitPlan(MakePlan("job", 2)));
  cluster_.RunAll(worker_);
  const auto reply = ValueOf(cluster_.Ask<v1::GetReportDataReply>(
      [&](CoreLoop& loop, auto done) { loop.GetReportData(request, done); }));

  const Json report = ValueOf(ParseJson(reply.report_json(), "report"));

  EXPECT_EQ(report["name"], "job");
  EXPECT_EQ(report["state"], "done");
  EXPECT_EQ(report["units"].size(), 4u);
  EXPECT_EQ(report["units"][3]["summary"]["changed_elements"], 10);
  EXPECT_EQ(report["gates"].size(), 2u);
}

TEST_F(JobPagesTest, MetricsAreTakenFromTheState) {
  cluster_.SubmitPlan(MakePlan("job", 2));
  cluster_.Sync(worker_);
  const CoreMetrics metrics = ValueOf(cluster_.Ask<CoreMetrics>(
      [](CoreLoop& loop, auto done) { loop.GetMetrics(done); }));

  EXPECT_EQ(metrics.jobs.at("running"), 1);
  EXPECT_EQ(metrics.jobs.at("failed"), 0);
  EXPECT_EQ(metrics.units.at({"project", "leased"}), 2);
  EXPECT_EQ(metrics.units.at({"seal", "blocked"}), 1);
  EXPECT_EQ(metrics.workers.at("active"), 1);
  EXPECT_EQ(metrics.slots_total, 1);
  EXPECT_EQ(metrics.slots_busy, 1);
  EXPECT_GT(metrics.commits, 0);
  EXPECT_EQ(metrics.commit_seconds.count, metrics.commits);
}

class JobWatchesTest : public JobPagesTest {
 protected:
  void Watch(int64_t after_version) {
    v1::WatchRequest request;
    request.set_job_id(job_);
    request.set_after_version(after_version);
    request.set_max_hold_micros(10'000'000);
    answer_.reset();
    cluster_.Send([&](CoreLoop& loop) {
      loop.Watch(request, [this](auto reply) { answer_ = reply; });
    });
  }
  bool answered() const { return answer_.has_value(); }

  std::string job_ = cluster_.SubmitPlan(MakePlan("job", 3));
  std::optional<absl::StatusOr<v1::WatchReply>> answer_;
};

TEST_F(JobWatchesTest, TheFirstLookIsAnsweredAtOnceThenOnlyChanges) {
  Watch(0);
  ASSERT_TRUE(answered());
  Watch((*answer_)->job().version());
  EXPECT_FALSE(answered());

  cluster_.Sync(worker_);
  EXPECT_FALSE(answered());  // Mere progress: at most ten times a second.
  cluster_.Advance(absl::Milliseconds(100));

  ASSERT_TRUE(answered());
  EXPECT_EQ((*answer_)->job().units_running(), 2);
}

TEST_F(JobWatchesTest, AChangeOfStateIsToldAtOnce) {
  Watch(cluster_.Job(job_).version());

  ASSERT_THAT(cluster_.Act(JobAction::kPause, job_), IsOk());

  ASSERT_TRUE(answered());
  EXPECT_EQ((*answer_)->job().state(), v1::JOB_STATE_PAUSED);
}

TEST_F(JobWatchesTest, WithoutChangeItIsAnsweredWhenTheTimeIsUp) {
  const int64_t version = cluster_.Job(job_).version();
  Watch(version);
  cluster_.Advance(absl::Seconds(10));

  ASSERT_TRUE(answered());
  EXPECT_EQ((*answer_)->job().version(), version);
}

TEST_F(JobWatchesTest, AVersionFromBeforeARestartIsAnswered) {
  Watch(1'000'000);
  cluster_.Advance(absl::Milliseconds(100));

  EXPECT_TRUE(answered());
}

}  // namespace
}  // namespace decant
