#include "coordinator/dispatch/cache_preview.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/coordinator/dispatch/fake_job_files.h"
#include "tests/coordinator/dispatch/test_plan.h"

namespace decant {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// Makes the unit's result known, as if it had run; returns its output.
ArtifactRef Know(FakeJobFiles& files, const JobPlan& plan, size_t unit,
                 const std::map<std::string, ArtifactRef>& inputs) {
  UnitOrder order;
  order.spec = plan.units[unit];
  order.action_key = ActionKey(order.spec, inputs, plan.sources, "cpu");
  files.results[order.action_key] = RunOp(order);
  return RunOp(order).outputs.at("out");
}

TEST(CachePreviewTest, CountsUnitsBehindKnownOnesAlone) {
  const JobPlan plan = MakePlan("job", 2);
  FakeJobFiles files;
  EXPECT_THAT(PreviewCacheHits(plan, "cpu", files), IsEmpty());

  const ArtifactRef a0 = Know(files, plan, 0, {});
  EXPECT_THAT(PreviewCacheHits(plan, "cpu", files), ElementsAre("a0"));
  const ArtifactRef a1 = Know(files, plan, 1, {});
  Know(files, plan, 2, {{"in-a0", a0}, {"in-a1", a1}});

  EXPECT_THAT(PreviewCacheHits(plan, "cpu", files),
              ElementsAre("a0", "a1", "merge"));
  EXPECT_THAT(PreviewCacheHits(plan, "cuda", files), IsEmpty());
}

}  // namespace
}  // namespace decant
