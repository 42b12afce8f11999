// A coordinator that the CLI reaches over gRPC, with a fake core behind it.
#ifndef DECANT_TESTS_CLI_SHARED_COORDINATOR_H_
#define DECANT_TESTS_CLI_SHARED_COORDINATOR_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/version.h"
#include "coordinator/api/api_server.h"
#include "tests/cli/command_runner.h"
#include "tests/coordinator/api/fake_core.h"

namespace decant {

class SharedCoordinatorTest : public testing::Test {
 protected:
  void SetUp() override { Serve(kMinApiVersion, kMaxApiVersion); }

  void Serve(uint32_t min_api_version, uint32_t max_api_version) {
    ApiServerOptions options = {.address = "127.0.0.1:0"};
    options.version.set_version("9.9");
    options.version.set_min_api_version(min_api_version);
    options.version.set_max_api_version(max_api_version);
    core_.job.set_id("j-1");
    core_.job.set_name("tiny");
    core_.job.set_state(v1::JOB_STATE_RUNNING);
    auto server = ApiServer::Start(options, LoopbackCredentials(), core_);
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
  }

  // A final job whose seal unit has a summary.
  void Finish(v1::JobState state) {
    core_.job.set_state(state);
    core_.job.set_published_path("/out/tiny");
    core_.job.set_gates_json(
        R"([{"metric":"changed_elements_fraction","value":0.25,"min":0.01,)"
        R"("max":null,"passed":true}])");
    v1::Unit seal;
    seal.set_id("1/seal");
    seal.set_phase("seal");
    seal.set_summary_json(
        R"({"num_tensors":3,"num_elements":4000,"changed_elements":1000,)"
        R"("changed_elements_fraction":0.25,"max_relative_change":0.5,)"
        R"("max_relative_change_tensor":"a.weight","nonfinite_elements":0})");
    core_.units = {seal};
  }

  Ended Run(std::vector<std::string> arguments) {
    arguments.insert(
        arguments.begin(),
        {"--coordinator", absl::StrCat("127.0.0.1:", server_->port())});
    return RunCommand(arguments);
  }

  FakeCore core_;
  std::unique_ptr<ApiServer> server_;
};

}  // namespace decant

#endif  // DECANT_TESTS_CLI_SHARED_COORDINATOR_H_
