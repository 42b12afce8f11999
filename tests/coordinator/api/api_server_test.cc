#include "coordinator/api/api_server.h"

#include <grpcpp/generic/generic_stub.h>

#include "coordinator/api/quiet_grpc.h"
#include "gmock/gmock.h"
#include "tests/coordinator/api/api_fixture.h"

namespace decant {
namespace {

using ::testing::HasSubstr;

using ApiServerTest = ApiTest;

// Calls a method that takes and returns plain bytes.
grpc::Status CallRaw(const std::shared_ptr<grpc::Channel>& channel,
                     const std::string& method, std::string& reply) {
  grpc::GenericStub stub(channel);
  grpc::ClientContext context;
  grpc::CompletionQueue queue;
  grpc::Slice empty;
  const grpc::ByteBuffer request(&empty, 1);
  grpc::ByteBuffer answer;
  grpc::Status status;
  auto call = stub.PrepareUnaryCall(&context, method, request, &queue);
  call->StartCall();
  call->Finish(&answer, &status, nullptr);
  void* tag = nullptr;
  bool ok = false;
  queue.Next(&tag, &ok);
  std::vector<grpc::Slice> slices;
  if (status.ok() && answer.Dump(&slices).ok()) {
    for (const grpc::Slice& slice : slices) {
      reply.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
    }
  }
  return status;
}

TEST_F(ApiServerTest, AnswersHealthChecks) {
  std::string reply;

  const grpc::Status status =
      CallRaw(channel_, "/grpc.health.v1.Health/Check", reply);

  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(reply, std::string("\x08\x01", 2));  // status: SERVING.
}

TEST_F(ApiServerTest, ABusyPortIsOneLineThatNamesIt) {
  SilenceGrpcLog();
  FakeCore core;

  const auto second =
      ApiServer::Start({.address = address()}, LoopbackCredentials(), core);

  EXPECT_EQ(second.status().code(), absl::StatusCode::kAlreadyExists);
  EXPECT_THAT(std::string(second.status().message()),
              HasSubstr("address in use: " + address()));
}

TEST_F(ApiServerTest, RefusesAddressesBeyondThisMachine) {
  FakeCore core;

  const auto server =
      ApiServer::Start({.address = "0.0.0.0:0"}, LoopbackCredentials(), core);

  EXPECT_EQ(server.status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(ApiServerTest, StopsTwiceWithoutHarm) {
  server_->Stop();
  server_->Stop();
  v1::GetVersionReply reply;
  grpc::ClientContext context;

  EXPECT_EQ(
      jobs_->GetVersion(&context, v1::GetVersionRequest(), &reply).error_code(),
      grpc::StatusCode::UNAVAILABLE);
}

}  // namespace
}  // namespace decant
