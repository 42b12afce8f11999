#include "coordinator/web/metrics_text.h"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <utility>
#include <vector>

#include "common/base/version.h"

namespace decant {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

using Labels = std::vector<ClientMetric::Label>;
using Families = std::vector<MetricFamily>;

MetricFamily& AddFamily(Families& families, MetricType type,
                        const std::string& name, const std::string& help) {
  families.push_back(
      {.name = "decant_" + name, .help = help, .type = type, .metric = {}});
  return families.back();
}

void AddValue(MetricFamily& family, Labels labels, double value) {
  ClientMetric metric;
  metric.label = std::move(labels);
  if (family.type == MetricType::Counter) {
    metric.counter.value = value;
  } else {
    metric.gauge.value = value;
  }
  family.metric.push_back(std::move(metric));
}

void AddSingle(Families& families, MetricType type, const std::string& name,
               const std::string& help, int64_t value) {
  AddValue(AddFamily(families, type, name, help), {},
           static_cast<double>(value));
}

// One series per entry, labelled by its key.
void AddMap(Families& families, MetricType type, const std::string& name,
            const std::string& help, const std::string& label,
            const std::map<std::string, int64_t>& values) {
  MetricFamily& family = AddFamily(families, type, name, help);
  for (const auto& [key, value] : values) {
    AddValue(family, {{label, key}}, static_cast<double>(value));
  }
}

void AddHistogram(MetricFamily& family, Labels labels,
                  const DecadeHistogram& histogram) {
  ClientMetric metric;
  metric.label = std::move(labels);
  uint64_t cumulative = 0;
  for (size_t i = 0; i < histogram.counts.size(); ++i) {
    cumulative += static_cast<uint64_t>(histogram.counts[i]);
    const double bound = i < kDecadeBounds.size()
                             ? kDecadeBounds[i]
                             : std::numeric_limits<double>::infinity();
    metric.histogram.bucket.push_back(
        {.cumulative_count = cumulative, .upper_bound = bound});
  }
  metric.histogram.sample_count = cumulative;
  metric.histogram.sample_sum = histogram.sum_seconds;
  family.metric.push_back(std::move(metric));
}

void AddBuildInfo(Families& families) {
  AddValue(AddFamily(families, MetricType::Gauge, "build_info",
                     "Always 1; the label names the version."),
           {{"version", kVersion}}, 1);
}

void AddWork(const CoreMetrics& metrics, Families& families) {
  AddMap(families, MetricType::Gauge, "jobs", "Jobs by state.", "state",
         metrics.jobs);
  MetricFamily& units =
      AddFamily(families, MetricType::Gauge, "units",
                "Units of unfinished jobs, by phase and state.");
  for (const auto& [key, count] : metrics.units) {
    AddValue(units, {{"phase", key.first}, {"state", key.second}},
             static_cast<double>(count));
  }
  MetricFamily& seconds =
      AddFamily(families, MetricType::Histogram, "unit_duration_seconds",
                "Run time of accepted attempts, by phase.");
  for (const auto& [phase, histogram] : metrics.unit_seconds) {
    AddHistogram(seconds, {{"phase", phase}}, histogram);
  }
}

void AddResults(const CoreMetrics& metrics, Families& families) {
  constexpr MetricType kCounter = MetricType::Counter;
  AddSingle(families, kCounter, "results_accepted_total",
            "Results that made a unit done.", metrics.results_accepted);
  AddSingle(families, kCounter, "results_cached_total",
            "Units done without running, their result being known.",
            metrics.results_cached);
  AddMap(families, kCounter, "results_refused_total",
         "Results that were dropped, by reason.", "reason",
         metrics.results_refused);
  AddMap(families, kCounter, "attempts_failed_total",
         "Attempts that ended without a result, by reason.", "reason",
         metrics.attempts_failed);
}

void AddWorkers(const CoreMetrics& metrics, Families& families) {
  constexpr MetricType kGauge = MetricType::Gauge;
  AddMap(families, kGauge, "workers", "Workers by state.", "state",
         metrics.workers);
  AddSingle(families, kGauge, "slots", "Slots of workers that are not lost.",
            metrics.slots_total);
  AddSingle(families, kGauge, "slots_busy", "Slots that run a unit.",
            metrics.slots_busy);
  AddSingle(families, MetricType::Counter, "syncs_total",
            "Sync calls answered or parked.", metrics.syncs);
  AddSingle(families, kGauge, "syncs_parked",
            "Sync calls that wait for something to tell.",
            metrics.parked_syncs);
}

void AddStore(const CoreMetrics& metrics, Families& families) {
  constexpr MetricType kCounter = MetricType::Counter;
  AddSingle(families, kCounter, "store_commits_total",
            "Transactions of the database.", metrics.commits);
  AddSingle(families, kCounter, "store_commits_failed_total",
            "Transactions that failed.", metrics.commits_failed);
  AddSingle(families, MetricType::Gauge, "store_disk_full",
            "1 while leasing is stopped because the database's disk is full.",
            metrics.disk_full ? 1 : 0);
  AddHistogram(
      AddFamily(families, MetricType::Histogram,
                "store_commit_duration_seconds", "How long transactions took."),
      {}, metrics.commit_seconds);
}

}  // namespace

std::string MetricsText(const CoreMetrics& metrics) {
  Families families;
  AddBuildInfo(families);
  AddWork(metrics, families);
  AddResults(metrics, families);
  AddWorkers(metrics, families);
  AddStore(metrics, families);
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace decant
