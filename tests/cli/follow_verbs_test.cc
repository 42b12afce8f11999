#include "gmock/gmock.h"
#include "tests/cli/shared_coordinator.h"

namespace decant {
namespace {

using ::testing::HasSubstr;

using FollowVerbsTest = SharedCoordinatorTest;

TEST_F(FollowVerbsTest, TheExitCodeFollowsTheFinalState) {
  const struct {
    v1::JobState state;
    int code;
  } kCases[] = {{v1::JOB_STATE_DONE, 0},
                {v1::JOB_STATE_FAILED, 1},
                {v1::JOB_STATE_CANCELLED, 7},
                {v1::JOB_STATE_REJECTED, 8}};
  for (const auto& c : kCases) {
    Finish(c.state);
    EXPECT_EQ(Run({"wait", "j-1"}).code, c.code);
    EXPECT_EQ(Run({"watch", "j-1"}).code, c.code);
  }
}

TEST_F(FollowVerbsTest, TheEndShowsWhatChangedAndTheGates) {
  Finish(v1::JOB_STATE_DONE);

  const Ended ended = Run({"watch", "j-1"});

  EXPECT_THAT(ended.out, HasSubstr("1,000 (fraction 0.25)"));
  EXPECT_THAT(ended.out, HasSubstr("in a.weight"));
  EXPECT_THAT(ended.out, HasSubstr("changed_elements_fraction"));
  EXPECT_THAT(ended.out, HasSubstr("output: /out/tiny"));
  EXPECT_THAT(ended.err, HasSubstr("done"));
}

TEST_F(FollowVerbsTest, JsonIsOneObject) {
  Finish(v1::JOB_STATE_REJECTED);

  const Ended ended = Run({"wait", "j-1", "-o", "json"});

  EXPECT_EQ(ended.code, 8);
  EXPECT_EQ(ended.json()["state"], "rejected");
  EXPECT_EQ(ended.json()["changes"]["num_tensors"], 3);
  EXPECT_EQ(ended.err, "");
}

TEST_F(FollowVerbsTest, WaitingEndsAfterTheTimeout) {
  const Ended ended = Run({"wait", "j-1", "--timeout", "0.05"});

  EXPECT_EQ(ended.code, 6);
  EXPECT_THAT(ended.err, HasSubstr("it goes on"));
}

}  // namespace
}  // namespace decant
