// A server on a port of the system's choosing, in front of a fake core.
#ifndef DECANT_TESTS_COORDINATOR_API_API_FIXTURE_H_
#define DECANT_TESTS_COORDINATOR_API_API_FIXTURE_H_

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "coordinator/api/api_server.h"
#include "gtest/gtest.h"
#include "tests/coordinator/api/fake_core.h"

namespace decant {

class ApiTest : public testing::Test {
 protected:
  void SetUp() override {
    ApiServerOptions options = {.address = "127.0.0.1:0"};
    options.version.set_version("9.9");
    options.version.set_workspace("/w");
    core_.job.set_id("j-1");
    auto server = ApiServer::Start(options, LoopbackCredentials(), core_);
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
    channel_ =
        grpc::CreateChannel(address(), grpc::InsecureChannelCredentials());
    jobs_ = v1::JobService::NewStub(channel_);
    workers_ = v1::WorkerService::NewStub(channel_);
  }

  std::string address() const {
    return absl::StrCat("127.0.0.1:", server_->port());
  }

  FakeCore core_;
  std::unique_ptr<ApiServer> server_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::JobService::Stub> jobs_;
  std::unique_ptr<v1::WorkerService::Stub> workers_;
};

}  // namespace decant

#endif  // DECANT_TESTS_COORDINATOR_API_API_FIXTURE_H_
