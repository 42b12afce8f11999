#include "gmock/gmock.h"
#include "tests/cli/shared_coordinator.h"
#include "tests/cli/tiny_recipe.h"

namespace decant {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

class PlanVerbsTest : public SharedCoordinatorTest {
 protected:
  TempFolder folder_;
  const std::string recipe_ = WriteTinyRecipe(folder_);
};

TEST_F(PlanVerbsTest, SubmitPrintsTheJob) {
  const Ended text = Run({"submit", recipe_});
  const Ended json = Run({"submit", recipe_, "--replace", "-o", "json"});

  EXPECT_EQ(text.code, 0) << text.err;
  EXPECT_EQ(text.out, "j-1\n");
  EXPECT_EQ(json.json()["job_id"], "j-1");
  // The fake core echoes --replace here.
  EXPECT_EQ(json.json()["existed"], true);
}

TEST_F(PlanVerbsTest, ABadRecipeIsRefusedBeforeAnybodyIsAsked) {
  const Ended ended = Run(
      {"plan", recipe_, "--set", "steps.0.method=3.5", "--set", "nonsense=1"});

  EXPECT_EQ(ended.code, 2);
  EXPECT_TRUE(core_.calls().empty());
}

TEST_F(PlanVerbsTest, APlanThatIsNoJsonIsAnError) {
  // The fake core answers with the recipe's text.
  const Ended ended = Run({"plan", recipe_});

  EXPECT_EQ(ended.code, 2);
  EXPECT_THAT(ended.err, HasSubstr("the coordinator's plan"));
  EXPECT_THAT(core_.calls(), Contains("Plan"));
}

}  // namespace
}  // namespace decant
