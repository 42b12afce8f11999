#include "coordinator/dispatch/unit_order.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/common/base/status_matchers.h"
#include "tests/coordinator/dispatch/test_plan.h"

namespace decant {
namespace {

TEST(UnitOrderTest, AnOrderParsesBackWithEverythingARunnerNeeds) {
  JobRecord job = ValueOf(JobFromPlan(MakePlan("job", 1), "j"));
  job.row.numerics_class = "cpu";
  job.units[0].outputs["out"] = {"digest", 5};
  job.units[1].row.action_key = "key";

  const std::string text = OrderJson(job, job.units[1], 3, "/ws");

  const UnitOrder order =
      ValueOf(UnitOrder::FromJson(ValueOf(ParseJson(text, "order"))));
  EXPECT_EQ(order.job_id, "j");
  EXPECT_EQ(order.spec.id, "merge");
  EXPECT_EQ(order.epoch, 3);
  EXPECT_EQ(order.action_key, "key");
  EXPECT_EQ(order.numerics_class, "cpu");
  EXPECT_EQ(order.workspace, "/ws");
  EXPECT_EQ(order.inputs.at("in-a0").digest, "digest");
  EXPECT_EQ(OrderJson(job, job.units[1], 3, "/ws"), text);
}

}  // namespace
}  // namespace decant
