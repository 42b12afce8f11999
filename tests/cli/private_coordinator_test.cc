#include "cli/private_coordinator.h"

#include "cli/job_client.h"
#include "common/base/files.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/cli/command_runner.h"
#include "tests/common/base/temp_folder.h"

namespace decant {
namespace {

using ::testing::HasSubstr;

// Spawns the real decant-coordinator, which stands beside the test.
class PrivateCoordinatorTest : public testing::Test {
 protected:
  absl::StatusOr<std::unique_ptr<PrivateCoordinator>> Open() {
    const auto folder =
        StateFolder::Open(temp_.Path("state"), temp_.Path("workspace"));
    EXPECT_TRUE(folder.ok()) << folder.status();
    return PrivateCoordinator::AttachOrStart(*folder, false, interrupt_);
  }

  TempFolder temp_;
  Interrupt interrupt_;
};

TEST_F(PrivateCoordinatorTest, TheSecondAttachesToTheFirst) {
  auto first = Open();
  ASSERT_TRUE(first.ok()) << first.status();
  const auto second = Open();
  ASSERT_TRUE(second.ok()) << second.status();

  EXPECT_TRUE((*first)->is_own());
  EXPECT_FALSE((*second)->is_own());
  EXPECT_EQ((*first)->address(), (*second)->address());
  JobClient client((*second)->address(), interrupt_);
  EXPECT_TRUE(client.CheckVersion().ok());
  EXPECT_EQ(client.GetVersion(absl::Seconds(10))->workspace(),
            temp_.Path("workspace"));
}

TEST_F(PrivateCoordinatorTest, ANewOneStartsAfterTheOldOneEnded) {
  const auto ports = [this] {
    return StateFolder::OpenCurrent(temp_.Path("state"))->ports_file();
  };
  {
    const auto first = Open();
    ASSERT_TRUE(first.ok()) << first.status();
    EXPECT_TRUE(FileExists(ports()));
  }
  // A stale file, as a kill -9 leaves it, is not believed.
  ASSERT_TRUE(WriteFileAtomically(ports(), R"({"grpc":1})").ok());

  const auto second = Open();

  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_TRUE((*second)->is_own());
  EXPECT_TRUE((*second)->CheckAlive().ok());
}

TEST_F(PrivateCoordinatorTest, AWorkspaceThatIsNoneIsRefusedWithTheReason) {
  ASSERT_TRUE(MakeFolders(temp_.Path("workspace")).ok());
  ASSERT_TRUE(WriteFileAtomically(temp_.Path("workspace/mine"), "x").ok());

  const auto coordinator = Open();

  EXPECT_EQ(coordinator.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(coordinator.status().message()),
              HasSubstr(temp_.Path("workspace")));
}

TEST_F(PrivateCoordinatorTest, VerbsUseTheWorkspaceOfTheLastRun) {
  const Ended with =
      RunCommand({"ls", "-o", "json", "--state", temp_.Path("state"),
                  "--workspace", temp_.Path("workspace")});
  const Ended without =
      RunCommand({"ls", "-o", "json", "--state", temp_.Path("state")});

  EXPECT_EQ(with.code, 0) << with.out;
  EXPECT_EQ(without.code, 0) << without.out;
  EXPECT_EQ(without.json()["jobs"].size(), 0u);
  EXPECT_TRUE(IsFolder(temp_.Path("workspace/artifacts")));
}

}  // namespace
}  // namespace decant
