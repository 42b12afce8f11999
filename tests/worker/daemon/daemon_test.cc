#include "worker/daemon/daemon.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "absl/strings/str_cat.h"
#include "common/artifact/artifact_store.h"
#include "common/base/files.h"
#include "tests/worker/daemon/fake_coordinator.h"

namespace decant {
namespace {

using ::testing::HasSubstr;

// A daemon with fake runners against a fake coordinator.
class DaemonTest : public testing::Test {
 protected:
  DaemonTest() {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    workspace_ =
        JoinPath(testing::TempDir(), absl::StrCat("DaemonTest.", test->name()));
    EXPECT_TRUE(RemoveAll(workspace_).ok());
    store_ = std::make_unique<ArtifactStore>(*ArtifactStore::Open(workspace_));
    EXPECT_TRUE(store_->WriteNonce("coordinator", "nonce-1").ok());
    coordinator_ = std::make_unique<FakeCoordinator>(workspace_);
  }
  void Start(size_t num_slots = 1) {
    DaemonOptions options;
    options.coordinator = coordinator_->address();
    options.grace = absl::Seconds(60);
    options.description.id = "host";
    options.description.incarnation = "w-1";
    options.description.slots.assign(num_slots, {.device = "cpu"});
    options.runners.assign(num_slots, {.arguments = {DECANT_FAKE_RUNNER}});
    daemon_ = std::make_unique<Daemon>(std::move(options));
    thread_ = std::thread([this] { result_ = daemon_->Run(); });
  }
  absl::Status Join() {
    thread_.join();
    daemon_.reset();
    return result_;
  }

  std::string workspace_;
  std::unique_ptr<ArtifactStore> store_;
  std::unique_ptr<FakeCoordinator> coordinator_;
  std::unique_ptr<Daemon> daemon_;
  std::thread thread_;
  absl::Status result_;
};

TEST_F(DaemonTest, UnitsAreRunAndReported) {
  Start(/*num_slots=*/2);
  for (int i = 0; i < 20; ++i) {
    coordinator_->Lease("done", absl::StrCat("u", i));
  }
  for (int i = 0; i < 20; ++i) {
    EXPECT_TRUE(
        coordinator_->WaitForOutcome(absl::StrCat("u", i)).has_result_json());
  }
  daemon_->Stop();
  EXPECT_TRUE(Join().ok());
}

TEST_F(DaemonTest, TheWorkspaceNonceIsReadAndShown) {
  Start();
  const v1::SyncRequest request = coordinator_->WaitForRequest(
      [](const auto& r) { return !r.workspace_nonce().empty(); });
  EXPECT_EQ(request.workspace_nonce(), "nonce-1");
  EXPECT_EQ(request.workspace(), workspace_);
  daemon_->Stop();
  EXPECT_TRUE(Join().ok());
}

TEST_F(DaemonTest, ACrashIsReportedAndTheNextUnitRuns) {
  Start();
  coordinator_->Lease("crash", "u1");
  const v1::UnitOutcome crash = coordinator_->WaitForOutcome("u1");
  EXPECT_TRUE(crash.error().runner_died());
  EXPECT_THAT(crash.error().message(), HasSubstr("SIGSEGV"));
  EXPECT_EQ(crash.error().log_tail(), "running crash\n");
  coordinator_->Lease("done", "u2");
  EXPECT_TRUE(coordinator_->WaitForOutcome("u2").has_result_json());
  daemon_->Stop();
  EXPECT_TRUE(Join().ok());
}

TEST_F(DaemonTest, TheLogOfAnAttemptIsKeptInItsFolder) {
  Start();
  coordinator_->Lease("fail", "u1");
  EXPECT_EQ(coordinator_->WaitForOutcome("u1").error().message(),
            "told to fail");
  daemon_->Stop();
  EXPECT_TRUE(Join().ok());
  bool found = false;
  const std::string job = JoinPath(workspace_, "attempts/fail");
  const auto units = ListFolder(job);
  ASSERT_TRUE(units.ok()) << units.status();
  for (const std::string& unit : *units) {
    const auto log = ReadFile(absl::StrCat(job, "/", unit, "/1/runner.log"));
    found = found || (log.ok() && *log == "running fail\n");
  }
  EXPECT_TRUE(found);
}

TEST_F(DaemonTest, StoppingLetsARunningUnitFinishAndASecondStopDoesNot) {
  Start();
  coordinator_->Lease("wait", "u1");
  coordinator_->WaitUntilStarted("u1");
  daemon_->Stop();
  coordinator_->WaitForRequest([](const auto& r) { return r.draining(); });
  daemon_->Stop();
  EXPECT_TRUE(Join().ok());
}

TEST_F(DaemonTest, ARefusalEndsTheDaemon) {
  coordinator_->Refuse(grpc::Status(grpc::StatusCode::FAILED_PRECONDITION,
                                    "speaks API version 1, wanted 2"));
  Start();
  const absl::Status status = Join();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(status.message(), HasSubstr("wanted 2"));
}

TEST_F(DaemonTest, AUnitStopsWhenTheCoordinatorIsSilent) {
  Start();
  coordinator_->Lease("freeze", "u1");
  coordinator_->WaitUntilStarted("u1");
  coordinator_->Refuse(grpc::Status(grpc::StatusCode::UNAVAILABLE, "cut off"));
  // 5/6 of the fake's TTL of 2 s later the unit is gone from the state.
  coordinator_->WaitForRequest([seen = false](const auto& r) mutable {
    seen = seen || r.running_size() > 0;
    return seen && r.running_size() == 0;
  });
  daemon_->Stop();
  daemon_->Stop();
  EXPECT_TRUE(Join().ok());
}

}  // namespace
}  // namespace decant
