#include "coordinator/web/metrics_text.h"

#include <cstdio>
#include <cstdlib>
#include <string>

#include "common/base/files.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace decant {
namespace {

using ::testing::HasSubstr;

CoreMetrics SomeMetrics() {
  CoreMetrics metrics;
  metrics.jobs = {{"running", 2}, {"done", 5}};
  metrics.units[{"project", "ready"}] = 7;
  metrics.workers = {{"active", 3}};
  metrics.slots_total = 8;
  metrics.results_refused = {{"stale", 1}};
  metrics.attempts_failed = {{"expired", 4}};
  metrics.unit_seconds["merge"].counts[3] = 2;   // Up to 1 s.
  metrics.unit_seconds["merge"].counts[10] = 1;  // Beyond the last bound.
  metrics.unit_seconds["merge"].sum_seconds = 2e6;
  metrics.unit_seconds["merge"].count = 3;
  return metrics;
}

TEST(MetricsTextTest, SpellsTheSnapshot) {
  const std::string text = MetricsText(SomeMetrics());

  EXPECT_THAT(text, HasSubstr("decant_build_info{version="));
  EXPECT_THAT(text, HasSubstr("decant_jobs{state=\"running\"} 2"));
  EXPECT_THAT(text,
              HasSubstr("decant_units{phase=\"project\",state=\"ready\"} 7"));
  EXPECT_THAT(text, HasSubstr("decant_slots 8"));
  EXPECT_THAT(text,
              HasSubstr("decant_results_refused_total{reason=\"stale\"}"));
}

TEST(MetricsTextTest, HistogramBucketsAreCumulative) {
  const std::string text = MetricsText(SomeMetrics());
  const std::string name = "decant_unit_duration_seconds";

  EXPECT_THAT(text, HasSubstr(name + "_bucket{phase=\"merge\",le=\"0.1\"} 0"));
  EXPECT_THAT(text, HasSubstr(name + "_bucket{phase=\"merge\",le=\"1\"} 2"));
  EXPECT_THAT(text,
              HasSubstr(name + "_bucket{phase=\"merge\",le=\"1000000\"} 2"));
  EXPECT_THAT(text, HasSubstr(name + "_bucket{phase=\"merge\",le=\"+Inf\"} 3"));
  EXPECT_THAT(text, HasSubstr(name + "_count{phase=\"merge\"} 3"));
}

TEST(MetricsTextTest, PromtoolFindsNothingToSay) {
  if (std::system("command -v promtool > /dev/null") != 0) {
    GTEST_SKIP() << "promtool is not installed";
  }
  for (const CoreMetrics& metrics : {CoreMetrics(), SomeMetrics()}) {
    const std::string path = testing::TempDir() + "/metrics_text_test.txt";
    ASSERT_TRUE(WriteFileAtomically(path, MetricsText(metrics)).ok());
    const std::string out = path + ".out";

    const int code = std::system(
        ("promtool check metrics < " + path + " > " + out + " 2>&1").c_str());

    EXPECT_EQ(code, 0) << *ReadFile(out);
    EXPECT_EQ(*ReadFile(out), "");
  }
}

TEST(MetricsTextTest, EverySeriesHasThePrefix) {
  const std::string text = MetricsText(SomeMetrics());

  size_t begin = 0;
  while (begin < text.size()) {
    const size_t end = text.find('\n', begin);
    const std::string line = text.substr(begin, end - begin);
    if (!line.empty() && line[0] != '#') {
      EXPECT_EQ(line.rfind("decant_", 0), 0u) << line;
    }
    begin = end + 1;
  }
}

}  // namespace
}  // namespace decant
