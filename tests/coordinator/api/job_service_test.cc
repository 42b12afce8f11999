#include "coordinator/api/job_service.h"

#include <thread>

#include "gmock/gmock.h"
#include "tests/coordinator/api/api_fixture.h"

namespace decant {
namespace {

using ::testing::ElementsAre;

using JobServiceTest = ApiTest;

TEST_F(JobServiceTest, EveryVerbReachesItsMethodOfTheCore) {
  const auto call = [this](auto method, auto request, auto reply) {
    grpc::ClientContext context;
    EXPECT_TRUE((jobs_.get()->*method)(&context, request, &reply).ok());
    return reply;
  };
  using Stub = v1::JobService::Stub;
  v1::GetJobRequest get;
  get.set_job_id("j-1");

  call(&Stub::Plan, v1::PlanRequest(), v1::PlanReply());
  call(&Stub::Submit, v1::SubmitRequest(), v1::SubmitReply());
  EXPECT_EQ(call(&Stub::Get, get, v1::GetJobReply()).job().id(), "j-1");
  call(&Stub::List, v1::ListJobsRequest(), v1::ListJobsReply());
  call(&Stub::Watch, v1::WatchRequest(), v1::WatchReply());
  call(&Stub::Cancel, v1::JobActionRequest(), v1::JobActionReply());
  call(&Stub::Pause, v1::JobActionRequest(), v1::JobActionReply());
  call(&Stub::Resume, v1::JobActionRequest(), v1::JobActionReply());
  call(&Stub::Retry, v1::JobActionRequest(), v1::JobActionReply());
  call(&Stub::ListUnits, v1::ListUnitsRequest(), v1::ListUnitsReply());
  call(&Stub::ListWorkers, v1::ListWorkersRequest(), v1::ListWorkersReply());
  call(&Stub::GetReportData, v1::GetReportDataRequest(),
       v1::GetReportDataReply());

  EXPECT_THAT(core_.calls(),
              ElementsAre("Plan", "Submit", "Get", "List", "Watch", "Cancel",
                          "Pause", "Resume", "Retry", "ListUnits",
                          "ListWorkers", "GetReportData"));
}

TEST_F(JobServiceTest, ErrorsOfTheCoreArriveWithCodeAndMessage) {
  v1::GetJobRequest request;
  request.set_job_id("j-none");
  v1::GetJobReply reply;
  grpc::ClientContext context;

  const grpc::Status status = jobs_->Get(&context, request, &reply);

  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(status.error_message(), "no job 'j-none'");
}

TEST_F(JobServiceTest, VersionNeedsNoCore) {
  v1::GetVersionReply reply;
  grpc::ClientContext context;

  ASSERT_TRUE(
      jobs_->GetVersion(&context, v1::GetVersionRequest(), &reply).ok());

  EXPECT_EQ(reply.version(), "9.9");
  EXPECT_EQ(reply.workspace(), "/w");
  EXPECT_TRUE(core_.calls().empty());
}

TEST_F(JobServiceTest, AParkedCallEndsWhenTheCoreAnswers) {
  core_.parks_watch = true;
  v1::WatchReply reply;
  grpc::Status status;
  grpc::ClientContext context;
  std::thread client(
      [&] { status = jobs_->Watch(&context, v1::WatchRequest(), &reply); });
  core_.WaitUntilParked();

  v1::WatchReply answer;
  answer.mutable_job()->set_version(7);
  for (const auto& parked : core_.TakeParked()) parked(answer);
  client.join();

  EXPECT_TRUE(status.ok());
  EXPECT_EQ(reply.job().version(), 7);
}

TEST_F(JobServiceTest, AnAnswerAfterTheClientHasGoneIsDropped) {
  core_.parks_watch = true;
  v1::WatchReply reply;
  grpc::Status status;
  grpc::ClientContext context;
  std::thread client(
      [&] { status = jobs_->Watch(&context, v1::WatchRequest(), &reply); });
  core_.WaitUntilParked();

  context.TryCancel();
  client.join();
  // The server has seen the cancellation, or sees it while it answers.
  for (const auto& parked : core_.TakeParked()) parked(v1::WatchReply());

  EXPECT_EQ(status.error_code(), grpc::StatusCode::CANCELLED);
  server_->Stop();
}

TEST_F(JobServiceTest, StoppingTheCoreEndsParkedCalls) {
  core_.parks_watch = true;
  v1::WatchReply reply;
  grpc::Status status;
  grpc::ClientContext context;
  std::thread client(
      [&] { status = jobs_->Watch(&context, v1::WatchRequest(), &reply); });
  core_.WaitUntilParked();

  core_.Stop();
  server_->Stop();
  client.join();

  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
}

}  // namespace
}  // namespace decant
