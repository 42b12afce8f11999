#include "gmock/gmock.h"
#include "tests/cli/shared_coordinator.h"

namespace decant {
namespace {

using ::testing::HasSubstr;

using JobVerbsTest = SharedCoordinatorTest;

TEST_F(JobVerbsTest, LsReadsAllPages) {
  const Ended table = Run({"ls"});
  const Ended json = Run({"ls", "-o", "json"});

  EXPECT_EQ(table.code, 0) << table.err;
  EXPECT_THAT(table.out, HasSubstr("j-1"));
  EXPECT_THAT(table.out, HasSubstr("running"));
  EXPECT_EQ(json.json()["jobs"].size(), 2u);
}

TEST_F(JobVerbsTest, ShowPrintsTheJob) {
  core_.job.set_message("waits for workers");

  const Ended ended = Run({"show", "j-1"});

  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.out, HasSubstr("waits for workers"));
  EXPECT_EQ(Run({"-o", "json", "show", "j-1"}).json()["name"], "tiny");
}

TEST_F(JobVerbsTest, AnUnknownJobIsExitCodeThree) {
  const Ended ended = Run({"show", "j-none"});

  EXPECT_EQ(ended.code, 3);
  EXPECT_EQ(ended.err, "decant: no job 'j-none'\n");
}

TEST_F(JobVerbsTest, ActionsSayWhatTheJobIsNow) {
  const struct {
    const char* verb;
    const char* state;
  } kCases[] = {{"cancel", "cancelled"},
                {"pause", "paused"},
                {"resume", "running"},
                {"retry", "running"}};
  for (const auto& c : kCases) {
    const Ended ended = Run({c.verb, "j-1"});
    EXPECT_EQ(ended.code, 0) << ended.err;
    EXPECT_EQ(ended.out, std::string("job j-1 is ") + c.state + "\n");
  }
}

TEST_F(JobVerbsTest, RefusalsOfTheCoordinatorDecideTheExitCode) {
  const struct {
    absl::Status status;
    int code;
  } kCases[] = {{absl::FailedPreconditionError("already done"), 1},
                {absl::PermissionDeniedError("not yours"), 4},
                {absl::UnavailableError("stopping"), 5}};
  for (const auto& c : kCases) {
    core_.status = c.status;
    const Ended ended = Run({"cancel", "j-1"});
    EXPECT_EQ(ended.code, c.code);
    EXPECT_THAT(ended.err, HasSubstr(std::string(c.status.message())));
  }
}

TEST_F(JobVerbsTest, WorkersAndUnitsAreListed) {
  Finish(v1::JOB_STATE_DONE);

  EXPECT_THAT(Run({"workers"}).out, HasSubstr("w1"));
  EXPECT_THAT(Run({"units", "j-1"}).out, HasSubstr("1/seal"));
  EXPECT_EQ(Run({"units", "j-1", "--phase", "merge", "-o", "json"})
                .json()["units"]
                .size(),
            0u);
  EXPECT_THAT(Run({"why", "j-1", "1/seal"}).out, HasSubstr("num_tensors"));
  EXPECT_THAT(Run({"why", "j-1"}).out, HasSubstr("job j-1 is done"));
}

TEST_F(JobVerbsTest, ACoordinatorOfAnotherApiVersionIsRefused) {
  Serve(kMaxApiVersion + 1, kMaxApiVersion + 2);

  const Ended ended = Run({"ls"});

  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.err, HasSubstr("install matching versions"));
}

}  // namespace
}  // namespace decant
