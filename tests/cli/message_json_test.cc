#include "cli/message_json.h"

#include "decant/v1/job.pb.h"
#include "gtest/gtest.h"

namespace decant {
namespace {

TEST(MessageJsonTest, SpellsEveryFieldInPlainJson) {
  v1::Job job;
  job.set_id("j-1");
  job.set_state(v1::JOB_STATE_RUNNING);
  job.set_created_unix_micros(1'700'000'000'000'000);
  job.set_gates_json(R"([{"metric":"m"}])");
  job.add_phases()->set_phase("merge");

  const Json json = MessageToJson(job);

  EXPECT_EQ(json["id"], "j-1");
  EXPECT_EQ(json["state"], "running");
  EXPECT_EQ(json["final_state"], "unspecified");
  EXPECT_EQ(json["created_unix_micros"], 1'700'000'000'000'000);
  EXPECT_EQ(json["gates"][0]["metric"], "m");
  EXPECT_FALSE(json.contains("gates_json"));
  EXPECT_EQ(json["phases"][0]["phase"], "merge");
  EXPECT_EQ(json["phases"][0]["units"], 0);
}

TEST(MessageJsonTest, EmbeddedTextThatIsNoJsonIsNull) {
  v1::Job job;
  EXPECT_TRUE(MessageToJson(job)["gates"].is_null());
  job.set_gates_json("{broken");
  EXPECT_TRUE(MessageToJson(job)["gates"].is_null());
}

TEST(MessageJsonTest, EnumWordsLoseTheirPrefix) {
  EXPECT_EQ(EnumWordOf(v1::UNIT_STATE_QUARANTINED), "quarantined");
  EXPECT_EQ(EnumWordOf(static_cast<v1::UnitState>(99)), "unspecified");
}

}  // namespace
}  // namespace decant
