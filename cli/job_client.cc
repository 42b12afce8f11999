#include "cli/job_client.h"

#include <grpcpp/grpcpp.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/ids.h"
#include "common/base/status_macros.h"
#include "common/base/version.h"

namespace decant {
namespace {

// Planning reads the headers of terabyte checkpoints over network filesystems.
constexpr absl::Duration kPlanPatience = absl::Minutes(30);
constexpr absl::Duration kPatience = absl::Seconds(30);
// On top of the time the coordinator may hold a poll back.
constexpr absl::Duration kPollMargin = absl::Seconds(15);
constexpr int kPageSize = 1000;

std::shared_ptr<grpc::Channel> MakeChannel(const std::string& address) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 30'000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 10'000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 5'000);
  // A proxy from the environment must never stand between us and loopback.
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetMaxReceiveMessageSize(kMaxMessageBytes);
  arguments.SetMaxSendMessageSize(kMaxMessageBytes);
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(),
                                   arguments);
}

absl::Status FromGrpc(const grpc::Status& status, const std::string& address) {
  if (status.ok()) return absl::OkStatus();
  const auto code = static_cast<absl::StatusCode>(status.error_code());
  if (code == absl::StatusCode::kUnavailable) {
    return absl::UnavailableError(
        absl::StrCat("coordinator ", address, " does not answer (",
                     status.error_message(), "); is it running there?"));
  }
  if (code == absl::StatusCode::kCancelled) {
    return absl::CancelledError("interrupted");
  }
  // Not DeadlineExceeded: that code means that the user's own time was up.
  if (code == absl::StatusCode::kDeadlineExceeded) {
    return absl::UnavailableError(
        absl::StrCat("coordinator ", address, " did not answer in time"));
  }
  return absl::Status(code, status.error_message());
}

}  // namespace

JobClient::JobClient(const std::string& address, Interrupt& interrupt)
    : address_(address),
      interrupt_(interrupt),
      stub_(v1::JobService::NewStub(MakeChannel(address))) {}

template <typename Request, typename T>
absl::StatusOr<T> JobClient::Call(
    grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, T*),
    const Request& request, absl::Duration patience) {
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + patience));
  const Interrupt::Guard guard(interrupt_, context);
  T reply;
  const grpc::Status status = (stub_.get()->*method)(&context, request, &reply);
  RETURN_IF_ERROR(FromGrpc(status, address_));
  return reply;
}

absl::StatusOr<v1::GetVersionReply> JobClient::GetVersion(
    absl::Duration patience) {
  return Call(&Stub::GetVersion, v1::GetVersionRequest(), patience);
}

absl::Status JobClient::CheckVersion() {
  ASSIGN_OR_RETURN(const v1::GetVersionReply reply, GetVersion(kPatience));
  if (reply.max_api_version() >= kMinApiVersion &&
      reply.min_api_version() <= kMaxApiVersion) {
    return absl::OkStatus();
  }
  return absl::FailedPreconditionError(absl::StrCat(
      "coordinator ", address_, " (version ", reply.version(),
      ") speaks API versions ", reply.min_api_version(), " to ",
      reply.max_api_version(), ", this program (version ", kVersion, ") ",
      kMinApiVersion, " to ", kMaxApiVersion, "; install matching versions"));
}

absl::StatusOr<std::string> JobClient::Plan(const v1::PlanRequest& request) {
  ASSIGN_OR_RETURN(v1::PlanReply reply,
                   Call(&Stub::Plan, request, kPlanPatience));
  return std::move(*reply.mutable_plan_json());
}

absl::StatusOr<v1::SubmitReply> JobClient::Submit(
    const v1::SubmitRequest& request) {
  return Call(&Stub::Submit, request, kPlanPatience);
}

absl::StatusOr<v1::Job> JobClient::Get(const std::string& job_id) {
  v1::GetJobRequest request;
  request.set_job_id(job_id);
  ASSIGN_OR_RETURN(v1::GetJobReply reply, Call(&Stub::Get, request, kPatience));
  return std::move(*reply.mutable_job());
}

absl::StatusOr<std::vector<v1::Job>> JobClient::List() {
  std::vector<v1::Job> jobs;
  v1::ListJobsRequest request;
  request.set_page_size(kPageSize);
  do {
    ASSIGN_OR_RETURN(const v1::ListJobsReply reply,
                     Call(&Stub::List, request, kPatience));
    jobs.insert(jobs.end(), reply.jobs().begin(), reply.jobs().end());
    request.set_page_token(reply.next_page_token());
  } while (!request.page_token().empty());
  return jobs;
}

absl::StatusOr<v1::Job> JobClient::Watch(const std::string& job_id,
                                         int64_t after_version,
                                         absl::Duration hold) {
  v1::WatchRequest request;
  request.set_job_id(job_id);
  request.set_after_version(after_version);
  request.set_max_hold_micros(absl::ToInt64Microseconds(hold));
  ASSIGN_OR_RETURN(v1::WatchReply reply,
                   Call(&Stub::Watch, request, hold + kPollMargin));
  return std::move(*reply.mutable_job());
}

absl::StatusOr<v1::Job> JobClient::Act(
    grpc::Status (Stub::*method)(grpc::ClientContext*,
                                 const v1::JobActionRequest&,
                                 v1::JobActionReply*),
    const std::string& job_id) {
  v1::JobActionRequest request;
  request.set_job_id(job_id);
  request.set_request_id(RandomChars(16));
  ASSIGN_OR_RETURN(v1::JobActionReply reply, Call(method, request, kPatience));
  return std::move(*reply.mutable_job());
}

absl::StatusOr<v1::Job> JobClient::Cancel(const std::string& job_id) {
  return Act(&Stub::Cancel, job_id);
}
absl::StatusOr<v1::Job> JobClient::Pause(const std::string& job_id) {
  return Act(&Stub::Pause, job_id);
}
absl::StatusOr<v1::Job> JobClient::Resume(const std::string& job_id) {
  return Act(&Stub::Resume, job_id);
}
absl::StatusOr<v1::Job> JobClient::Retry(const std::string& job_id) {
  return Act(&Stub::Retry, job_id);
}

absl::StatusOr<std::vector<v1::Unit>> JobClient::ListUnits(
    v1::ListUnitsRequest request) {
  std::vector<v1::Unit> units;
  request.set_page_size(kPageSize);
  do {
    ASSIGN_OR_RETURN(const v1::ListUnitsReply reply,
                     Call(&Stub::ListUnits, request, kPatience));
    units.insert(units.end(), reply.units().begin(), reply.units().end());
    request.set_page_token(reply.next_page_token());
  } while (!request.page_token().empty());
  return units;
}

absl::StatusOr<std::vector<v1::Worker>> JobClient::ListWorkers() {
  ASSIGN_OR_RETURN(
      const v1::ListWorkersReply reply,
      Call(&Stub::ListWorkers, v1::ListWorkersRequest(), kPatience));
  return std::vector<v1::Worker>(reply.workers().begin(),
                                 reply.workers().end());
}

}  // namespace decant
