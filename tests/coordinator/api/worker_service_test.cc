#include "coordinator/api/worker_service.h"

#include "common/base/version.h"
#include "gmock/gmock.h"
#include "tests/coordinator/api/api_fixture.h"

namespace decant {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class WorkerServiceTest : public ApiTest {
 protected:
  grpc::Status Sync(const v1::SyncRequest& request, v1::SyncReply& reply) {
    grpc::ClientContext context;
    return workers_->Sync(&context, request, &reply);
  }

  static v1::SyncRequest ValidRequest() {
    v1::SyncRequest request;
    request.set_api_version(kMaxApiVersion);
    request.set_worker_id("w1");
    request.set_incarnation("i");
    request.set_sequence(3);
    return request;
  }
};

TEST_F(WorkerServiceTest, SyncReachesTheCore) {
  v1::SyncReply reply;

  ASSERT_TRUE(Sync(ValidRequest(), reply).ok());

  EXPECT_EQ(reply.sequence(), 3);
  EXPECT_THAT(core_.calls(), ElementsAre("Sync"));
}

TEST_F(WorkerServiceTest, AnotherApiVersionIsRefusedWithBothVersions) {
  for (const uint32_t version : {0u, kMaxApiVersion + 1}) {
    v1::SyncRequest request = ValidRequest();
    request.set_api_version(version);
    v1::SyncReply reply;

    const grpc::Status status = Sync(request, reply);

    EXPECT_EQ(status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
    EXPECT_THAT(status.error_message(), HasSubstr("install matching versions"));
  }
  EXPECT_TRUE(core_.calls().empty());
}

TEST_F(WorkerServiceTest, NamelessWorkersAreRefused) {
  v1::SyncRequest request = ValidRequest();
  request.clear_incarnation();
  v1::SyncReply reply;

  EXPECT_EQ(Sync(request, reply).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_TRUE(core_.calls().empty());
}

TEST_F(WorkerServiceTest, LargeRequestsPass) {
  v1::SyncRequest request = ValidRequest();
  for (int i = 0; i < 100; ++i) {
    request.add_finished()->set_result_json(std::string(100'000, 'x'));
  }
  v1::SyncReply reply;

  EXPECT_TRUE(Sync(request, reply).ok());
}

}  // namespace
}  // namespace decant
