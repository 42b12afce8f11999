#include "cli/plan_text.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace decant {
namespace {

using ::testing::HasSubstr;

TEST(PlanTextTest, ShowsStepsPhasesTotalsAndTimes) {
  const auto plan = ParseJson(R"({
    "name": "n", "output": "/out", "identity": "i",
    "steps": [{"index": 0, "method": "moe-to-dense", "preset": "published",
      "options": {"delta": {"drop": 0.8}},
      "layer_map": [{"student": 0, "lo": 0, "hi": 1, "weight": 0},
                    {"student": 1, "lo": 3, "hi": 4, "weight": 0.25}],
      "unread_teacher_layers": [1, 2, 5], "warnings": ["heads are cropped"]}],
    "phases": [{"step": 0, "phase": "project", "units": 1200,
      "bytes_read": 4000000000, "bytes_written": 10, "flops": 2e13,
      "cached": null, "host_memory_bytes": 1, "device_memory_bytes": 2},
      {"step": 0, "phase": "merge", "units": 3, "cached": 2}],
    "totals": {"units": 1203, "bytes_read": 4000000000, "bytes_written": 10,
      "flops": 2e13, "peak_workspace_bytes": 5, "output_bytes": 6},
    "estimates": [{"workers": 4, "seconds": 125, "device": "h100"}],
    "warnings": ["disk is slow"]})",
                              "plan");
  ASSERT_TRUE(plan.ok()) << plan.status();

  const std::string text = PlanText(*plan);

  EXPECT_THAT(text, HasSubstr("n -> /out"));
  EXPECT_THAT(text, HasSubstr("step 0: moe-to-dense (preset published)"));
  EXPECT_THAT(text, HasSubstr("delta: {\"drop\":0.8}"));
  EXPECT_THAT(text, HasSubstr("0.250"));
  EXPECT_THAT(text, HasSubstr("unread teacher layers (3): 1-2, 5"));
  EXPECT_THAT(text, HasSubstr("warning: heads are cropped"));
  EXPECT_THAT(text, HasSubstr("1,200"));
  EXPECT_THAT(text, HasSubstr("2e+13"));
  EXPECT_THAT(text, HasSubstr("total: 1,203 units"));
  EXPECT_THAT(text, HasSubstr("2 m 05 s"));
  EXPECT_THAT(text, HasSubstr("warning: disk is slow"));
}

TEST(PlanTextTest, UnknownCacheHitsAreAQuestionMark) {
  const Json plan = {{"phases", {{{"phase", "merge"}, {"cached", nullptr}}}}};

  EXPECT_THAT(PlanText(plan), HasSubstr("?"));
}

TEST(PlanTextTest, MissingAndMistypedMembersAreLeftOut) {
  for (const char* text :
       {"{}", R"({"steps": 3, "phases": "x", "totals": [], "warnings": {}})",
        R"({"steps": [{"unread_teacher_layers": ["a"], "layer_map": {}}]})"}) {
    const auto plan = ParseJson(text, "plan");
    ASSERT_TRUE(plan.ok());
    EXPECT_FALSE(PlanText(*plan).empty()) << text;
  }
}

}  // namespace
}  // namespace decant
