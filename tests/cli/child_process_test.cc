#include "cli/child_process.h"

#include <signal.h>

#include "absl/time/clock.h"
#include "common/base/files.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/common/base/temp_folder.h"

namespace decant {
namespace {

using ::testing::HasSubstr;

class ChildProcessTest : public testing::Test {
 protected:
  absl::StatusOr<std::unique_ptr<ChildProcess>> Shell(
      const std::string& script) {
    return ChildProcess::Start("/bin/sh", {"-c", script}, folder_.Path("log"));
  }
  TempFolder folder_;
};

TEST_F(ChildProcessTest, ReportsTheExitCodeAndTheLastLine) {
  auto child = Shell("echo first; echo last words >&2; exit 3");
  ASSERT_TRUE(child.ok()) << child.status();

  EXPECT_EQ((*child)->WaitForExit(absl::InfiniteDuration()), 3);

  EXPECT_FALSE((*child)->IsRunning());
  EXPECT_EQ((*child)->DescribeEnd(), "sh exited with code 3: last words");
}

TEST_F(ChildProcessTest, StopsOnAskingAndByForce) {
  auto polite = Shell("exec sleep 1000");
  // Says when its trap is set; ignores SIGTERM from then on.
  auto stubborn = Shell("trap '' TERM; echo set; while :; do sleep 1; done");
  ASSERT_TRUE(polite.ok() && stubborn.ok());
  while (ReadFile(folder_.Path("log")).value_or("") != "set\n") {
    absl::SleepFor(absl::Milliseconds(1));
  }

  (*polite)->Stop(absl::InfiniteDuration());
  (*stubborn)->Stop(absl::Milliseconds(50));

  EXPECT_EQ((*polite)->WaitForExit(absl::ZeroDuration()), 128 + SIGTERM);
  EXPECT_EQ((*stubborn)->WaitForExit(absl::ZeroDuration()), 128 + SIGKILL);
}

TEST_F(ChildProcessTest, DiesWithItsObject) {
  pid_t pid = 0;
  {
    auto child = Shell("exec sleep 1000");
    ASSERT_TRUE(child.ok());
    pid = (*child)->pid();
    EXPECT_EQ(kill(pid, 0), 0);
  }
  EXPECT_EQ(kill(pid, 0), -1);
}

TEST_F(ChildProcessTest, MissingProgramsAreNamed) {
  const auto child =
      ChildProcess::Start("/no/such/program", {}, folder_.Path("log"));

  EXPECT_EQ(child.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(child.status().message()),
              HasSubstr("/no/such/program"));
  EXPECT_EQ(FindSiblingProgram("no-such-program").status().code(),
            absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace decant
