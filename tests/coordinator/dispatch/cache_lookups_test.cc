#include "coordinator/dispatch/cache_lookups.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/coordinator/dispatch/test_cluster.h"

namespace decant {
namespace {

using testing::ElementsAre;

TEST(CacheLookupsTest, KnownResultsStandInAcrossJobs) {
  TestCluster cluster;
  TestWorker worker("w1");
  cluster.Sync(worker);
  cluster.SubmitPlan(MakePlan("first", 3));
  cluster.RunAll(worker);

  // The same units under another name and output.
  const std::string second = cluster.SubmitPlan(MakePlan("second", 3));
  cluster.Sync(worker);

  // All but the seal, whose effect is outside the workspace.
  EXPECT_THAT(worker.units(), ElementsAre("seal"));
  const v1::Job job = cluster.Job(second);
  EXPECT_EQ(job.units_done(), 4);
  EXPECT_EQ(job.units_cached(), 4);
  EXPECT_TRUE(cluster.Unit(second, "merge").cached());
}

TEST(CacheLookupsTest, OtherSourcesAreOtherUnits) {
  TestCluster cluster;
  TestWorker worker("w1");
  cluster.Sync(worker);
  cluster.SubmitPlan(MakePlan("first", 1));
  cluster.RunAll(worker);

  const std::string second = cluster.SubmitPlan(MakePlan("second", 1, "b"));
  cluster.Sync(worker);

  EXPECT_THAT(worker.units(), ElementsAre("a0"));
  EXPECT_EQ(cluster.Job(second).units_cached(), 0);
}

TEST(CacheLookupsTest, AResultWhoseArtifactIsGoneRunsAgain) {
  TestCluster cluster;
  TestWorker worker("w1");
  cluster.Sync(worker);
  cluster.SubmitPlan(MakePlan("first", 1));
  cluster.RunAll(worker);
  for (const auto& [key, result] : cluster.files.results) {
    cluster.files.lost.insert(result.outputs.at("out").digest);
  }

  cluster.SubmitPlan(MakePlan("second", 1));
  cluster.Sync(worker);

  EXPECT_THAT(worker.units(), ElementsAre("a0"));
}

TEST(CacheLookupsTest, EveryReadyUnitIsLookedUpOnceHoweverMany) {
  TestCluster cluster;
  TestWorker worker("w1");
  cluster.Sync(worker);

  cluster.SubmitPlan(MakePlan("job", 1000));

  EXPECT_EQ(cluster.files.num_lookups, 1000u);
  EXPECT_EQ(cluster.state().scheduler.num_ready(), 1000u);
}

}  // namespace
}  // namespace decant
