#include "gmock/gmock.h"
#include "tests/cli/shared_coordinator.h"
#include "tests/cli/tiny_recipe.h"

namespace decant {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

class RunVerbTest : public SharedCoordinatorTest {
 protected:
  TempFolder folder_;
  const std::string recipe_ = WriteTinyRecipe(folder_);
};

TEST_F(RunVerbTest, OnASharedCoordinatorItSubmitsAndFollows) {
  Finish(v1::JOB_STATE_DONE);

  const Ended ended = Run({"run", recipe_});

  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(core_.calls(), Contains("Submit"));
  EXPECT_THAT(ended.err, HasSubstr("job j-1"));
  EXPECT_THAT(ended.out, HasSubstr("output: /out/tiny"));
}

TEST_F(RunVerbTest, AFailedGateIsExitCodeEight) {
  Finish(v1::JOB_STATE_REJECTED);
  core_.job.set_message("gate changed_elements_fraction");

  const Ended ended = Run({"run", recipe_});

  EXPECT_EQ(ended.code, 8);
  EXPECT_THAT(ended.err, HasSubstr("gate changed_elements_fraction"));
}

// The recipe's folders hold no models: the private coordinator refuses it.
TEST_F(RunVerbTest, APrivateCoordinatorsRefusalIsTheRunsResult) {
  const Ended ended =
      RunCommand({"run", recipe_, "--state", folder_.Path("state")});

  EXPECT_NE(ended.code, 0);
  EXPECT_NE(ended.code, 5) << ended.err;
  EXPECT_THAT(ended.err, HasSubstr("config.json"));
  EXPECT_TRUE(IsFolder(folder_.Path("out/.decant/artifacts")));
}

}  // namespace
}  // namespace decant
