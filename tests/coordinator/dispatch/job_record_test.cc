#include "coordinator/dispatch/job_record.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/common/base/status_matchers.h"
#include "tests/coordinator/dispatch/test_plan.h"

namespace decant {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(JobRecordTest, UnitsAreLinkedBothWays) {
  const JobRecord job = ValueOf(JobFromPlan(MakePlan("job", 2), "j"));

  EXPECT_THAT(job.units[2].producers, ElementsAre(0, 1));
  EXPECT_THAT(job.units[0].consumers, ElementsAre(2));
  EXPECT_EQ(job.units[2].missing_inputs, 2u);
  ASSERT_EQ(job.phases.size(), 3u);
  EXPECT_EQ(job.phases[0].units, 2);
  EXPECT_EQ(job.count(UnitState::kBlocked), 4);
}

TEST(JobRecordTest, BadPlansAreRefused) {
  JobPlan unknown_input = MakePlan("job", 1);
  unknown_input.units[1].inputs[0].unit = "ghost";
  EXPECT_THAT(JobFromPlan(unknown_input, "j"),
              Fails(absl::StatusCode::kInvalidArgument, HasSubstr("ghost")));
  JobPlan unknown_output = MakePlan("job", 1);
  unknown_output.units[1].inputs[0].output = "ghost";
  EXPECT_THAT(JobFromPlan(unknown_output, "j"),
              Fails(absl::StatusCode::kInvalidArgument, HasSubstr("ghost")));
  JobPlan twice = MakePlan("job", 2);
  twice.units[1].id = "a0";
  EXPECT_THAT(JobFromPlan(twice, "j"),
              Fails(absl::StatusCode::kInvalidArgument, HasSubstr("two")));
  JobPlan no_seal = MakePlan("job", 1);
  no_seal.seal_unit = "ghost";
  EXPECT_THAT(JobFromPlan(no_seal, "j"),
              Fails(absl::StatusCode::kInvalidArgument, HasSubstr("seal")));
}

TEST(JobRecordTest, CountsFollowEveryChange) {
  JobRecord job = ValueOf(JobFromPlan(MakePlan("job", 2), "j"));
  SetUnitState(job, 0, UnitState::kDone);
  SetCached(job, 0, true);
  SetCached(job, 0, true);

  EXPECT_EQ(job.units[2].missing_inputs, 1u);
  EXPECT_EQ(job.count(UnitState::kDone), 1);
  EXPECT_EQ(job.cached, 1);
  EXPECT_DOUBLE_EQ(job.cost_done, job.cost_total / 4);
  SetUnitState(job, 0, UnitState::kReady);

  EXPECT_EQ(job.units[2].missing_inputs, 2u);
  EXPECT_EQ(job.phases[0].by_state[static_cast<size_t>(UnitState::kDone)], 0);
  EXPECT_DOUBLE_EQ(job.cost_done, 0);
}

TEST(JobRecordTest, PlanAndUnitsSurviveStorage) {
  JobPlan plan = MakePlan("job", 2);
  plan.gates.push_back({.metric = "m", .min = 0.5});
  plan.warnings = {"careful"};
  plan.details = {{"steps", 1}};
  const JobRecord job = ValueOf(JobFromPlan(plan, "j"));
  std::vector<StoredUnit> stored;
  for (const UnitRecord& unit : job.units) {
    stored.emplace_back(
        UnitSpecRow{"j", unit.spec.id, 0, CanonicalJson(unit.spec.ToJson())},
        unit.row);
  }
  stored[0].second.state = UnitState::kDone;
  stored[0].second.result_json =
      R"({"outputs":{"out":{"digest":"d","size_bytes":3}},"summary":{}})";

  JobRecord back = ValueOf(JobFromRow(job.row));
  ASSERT_THAT(AttachUnits(back, stored), IsOk());

  EXPECT_EQ(back.sources.at("teacher").path, "/ckpt/teacher");
  EXPECT_EQ(back.sources.at("teacher").manifest.digest, "source-manifest");
  EXPECT_EQ(back.gates[0].min, 0.5);
  EXPECT_EQ(back.seal_unit, "seal");
  EXPECT_THAT(back.warnings, ElementsAre("careful"));
  EXPECT_EQ(back.details, plan.details);
  EXPECT_EQ(back.units[0].outputs.at("out").size_bytes, 3);
  EXPECT_EQ(back.units[2].missing_inputs, 1u);
  EXPECT_FALSE(back.units[3].spec.cacheable);
}

TEST(JobRecordTest, ProgressSurvivesWithoutUnits) {
  JobRecord job = ValueOf(JobFromPlan(MakePlan("job", 2), "j"));
  SetUnitState(job, 0, UnitState::kDone);
  SetCached(job, 0, true);
  job.row.progress_json = ProgressToJson(job);

  const JobRecord back = ValueOf(JobFromRow(job.row));

  EXPECT_FALSE(back.has_units);
  EXPECT_EQ(back.by_state, job.by_state);
  EXPECT_EQ(back.cached, 1);
  EXPECT_DOUBLE_EQ(back.cost_done, job.cost_done);
}

TEST(JobRecordTest, DamagedRowsAreNamed) {
  JobRow row = ValueOf(JobFromPlan(MakePlan("job", 1), "j-7")).row;
  row.plan_json = "{";

  EXPECT_THAT(JobFromRow(row),
              Fails(absl::StatusCode::kInvalidArgument, HasSubstr("j-7")));
}

TEST(JobRecordTest, UnitsSeeOnlyTheSourcesTheyDeclare) {
  JobPlan plan = MakePlan("job", 1);
  plan.sources["student"] = {"/ckpt/student", "f", {"m", 1}};
  const JobRecord job = ValueOf(JobFromPlan(plan, "j"));

  const auto sources = ResolveSources(job, job.units[0]);

  EXPECT_EQ(sources.size(), 1u);
  EXPECT_EQ(sources.count("teacher"), 1u);
}

}  // namespace
}  // namespace decant
