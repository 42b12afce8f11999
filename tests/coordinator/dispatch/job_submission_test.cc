#include "coordinator/dispatch/job_submission.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/coordinator/dispatch/test_cluster.h"

namespace decant {
namespace {

using testing::HasSubstr;

class JobSubmissionTest : public testing::Test {
 protected:
  JobSubmissionTest() {
    cluster_.Sync(worker_);
    cluster_.files.plans["job"] = plan_;
  }
  v1::SubmitReply Submit(bool replace = false) {
    return ValueOf(cluster_.Submit("job", replace));
  }
  v1::JobState StateOf(const std::string& job) {
    return cluster_.Job(job).state();
  }

  TestCluster cluster_;
  TestWorker worker_{"w1"};
  JobPlan plan_ = MakePlan("job", 2);
};

TEST_F(JobSubmissionTest, ABadRecipeIsAnsweredWithItsError) {
  EXPECT_THAT(cluster_.Submit("nonsense"),
              Fails(absl::StatusCode::kInvalidArgument,
                    HasSubstr("/r.yaml:1: no such recipe")));
}

TEST_F(JobSubmissionTest, TheSameRecipeIsTheSameLiveJob) {
  const v1::SubmitReply first = Submit();
  EXPECT_FALSE(first.existed());

  const v1::SubmitReply second = Submit();

  EXPECT_TRUE(second.existed());
  EXPECT_EQ(second.job_id(), first.job_id());
}

TEST_F(JobSubmissionTest, ADoneJobStaysDoneWhileItsOutputStands) {
  const std::string job = Submit().job_id();
  cluster_.RunAll(worker_);
  ASSERT_EQ(StateOf(job), v1::JOB_STATE_DONE);

  const v1::SubmitReply again = Submit();

  EXPECT_TRUE(again.existed());
  EXPECT_EQ(again.job_id(), job);
  EXPECT_EQ(StateOf(job), v1::JOB_STATE_DONE);
}

TEST_F(JobSubmissionTest, ADoneJobWhoseOutputWasRemovedRunsFromWhatIsKnown) {
  const std::string job = Submit().job_id();
  cluster_.RunAll(worker_);
  cluster_.files.outputs.clear();

  EXPECT_EQ(Submit().job_id(), job);
  cluster_.Sync(worker_);

  EXPECT_THAT(worker_.units(), testing::ElementsAre("seal"));
  EXPECT_EQ(cluster_.Job(job).units_cached(), 3);
  cluster_.RunAll(worker_);
  EXPECT_EQ(StateOf(job), v1::JOB_STATE_DONE);
}

TEST_F(JobSubmissionTest, AnotherModelAtTheOutputIsRefusedUnlessReplaced) {
  cluster_.files.outputs[plan_.output_path] = "something else";

  EXPECT_THAT(cluster_.Submit("job"), Fails(absl::StatusCode::kAlreadyExists,
                                            HasSubstr(plan_.output_path)));
  const std::string job = Submit(/*replace=*/true).job_id();
  cluster_.RunAll(worker_);

  EXPECT_EQ(StateOf(job), v1::JOB_STATE_DONE);
  EXPECT_NE(cluster_.files.outputs[plan_.output_path], "something else");
}

TEST_F(JobSubmissionTest, TheSameResultAtTheOutputIsDoneAtOnce) {
  cluster_.files.outputs[plan_.output_path] =
      ResultIdentity(plan_.recipe_identity, "cpu");

  const std::string job = Submit().job_id();

  EXPECT_EQ(StateOf(job), v1::JOB_STATE_DONE);
  EXPECT_EQ(cluster_.files.num_publishes, 0);
}

TEST_F(JobSubmissionTest, ACancelledJobGoesOnWhereItWas) {
  const std::string job = Submit().job_id();
  cluster_.Sync(worker_);
  cluster_.Run(worker_, "a0");
  cluster_.Sync(worker_);
  ASSERT_THAT(cluster_.Act(JobAction::kCancel, job), IsOk());
  cluster_.Sync(worker_);
  cluster_.Sync(worker_);
  ASSERT_EQ(StateOf(job), v1::JOB_STATE_CANCELLED);

  const v1::SubmitReply again = Submit();

  EXPECT_EQ(again.job_id(), job);
  EXPECT_TRUE(again.existed());
  EXPECT_EQ(cluster_.Job(job).units_done(), 1);
  cluster_.RunAll(worker_);
  EXPECT_EQ(StateOf(job), v1::JOB_STATE_DONE);
}

TEST_F(JobSubmissionTest, AStoppingJobIsWaitedFor) {
  const std::string job = Submit().job_id();
  cluster_.Sync(worker_);
  ASSERT_THAT(cluster_.Act(JobAction::kCancel, job), IsOk());
  v1::SubmitRequest request;
  request.mutable_recipe()->set_text("job");
  std::optional<absl::StatusOr<v1::SubmitReply>> answer;
  cluster_.Send([&](CoreLoop& loop) {
    loop.Submit(request, [&](auto reply) { answer = reply; });
  });
  ASSERT_FALSE(answer.has_value());

  cluster_.Sync(worker_);
  cluster_.Sync(worker_);

  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ((*answer)->job_id(), job);
  EXPECT_EQ(StateOf(job), v1::JOB_STATE_RUNNING);
}

TEST_F(JobSubmissionTest, TwoJobsNeverMakeOneOutput) {
  const std::string job = Submit().job_id();
  JobPlan other = MakePlan("other", 1);
  other.output_path = plan_.output_path;
  cluster_.files.plans["other"] = other;

  EXPECT_THAT(cluster_.Submit("other"),
              Fails(absl::StatusCode::kFailedPrecondition, HasSubstr(job)));
}

TEST_F(JobSubmissionTest, PlanSaysWhatIsKnown) {
  v1::PlanRequest request;
  request.mutable_recipe()->set_text("job");
  const auto plan = [&] {
    return ValueOf(cluster_.Ask<v1::PlanReply>([&](CoreLoop& loop, auto reply) {
             loop.Plan(request, reply);
           }))
        .plan_json();
  };
  const std::string before = plan();
  EXPECT_TRUE(cluster_.state().jobs.empty());

  Submit();
  cluster_.RunAll(worker_);

  EXPECT_NE(plan(), before);
  request.set_device("abacus");
  EXPECT_FALSE(cluster_
                   .Ask<v1::PlanReply>([&](CoreLoop& loop, auto reply) {
                     loop.Plan(request, reply);
                   })
                   .ok());
}

}  // namespace
}  // namespace decant
