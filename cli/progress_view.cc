#include "cli/progress_view.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "cli/message_json.h"
#include "common/base/format.h"

namespace decant {
namespace {

constexpr absl::Duration kLineInterval = absl::Seconds(2);
constexpr int kBarChars = 24;
constexpr int kPhaseChars = 14;
constexpr size_t kMaxMessageChars = 100;

double CostFraction(const v1::Job& job) {
  if (job.state() == v1::JOB_STATE_DONE) return 1;
  if (job.cost_total() > 0) {
    return std::clamp(job.cost_done() / job.cost_total(), 0.0, 1.0);
  }
  return job.units() == 0 ? 0.0
                          : static_cast<double>(job.units_done()) /
                                static_cast<double>(job.units());
}

std::string Bar(int64_t done, int64_t total) {
  const int64_t filled = total == 0 ? 0 : kBarChars * done / total;
  return absl::StrCat("[", std::string(static_cast<size_t>(filled), '#'),
                      std::string(static_cast<size_t>(kBarChars - filled), '.'),
                      "]");
}

// One line of a terminal: what does not fit would break the redrawing.
std::string Shortened(const std::string& message) {
  std::string text = message.substr(0, kMaxMessageChars);
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20) c = ' ';
  }
  return text;
}

std::string Headline(const v1::Job& job) {
  std::string text = EnumWordOf(job.state());
  if (!job.message().empty()) {
    absl::StrAppend(&text, ": ", Shortened(job.message()));
  }
  return text;
}

std::string PhaseLine(const v1::PhaseProgress& phase) {
  std::string line = absl::StrFormat(
      "  %d %-*s %s %d/%d", phase.step(), kPhaseChars, phase.phase(),
      Bar(phase.done(), phase.units()), phase.done(), phase.units());
  if (phase.cached() > 0)
    absl::StrAppend(&line, "  ", phase.cached(), " cached");
  if (phase.running() > 0) {
    absl::StrAppend(&line, "  ", phase.running(), " running");
  }
  if (phase.quarantined() > 0) {
    absl::StrAppend(&line, "  ", phase.quarantined(), " quarantined");
  }
  return line;
}

// "project 12/64, merge 3/9": phases that run or wait in the middle.
std::string OpenPhases(const v1::Job& job) {
  std::string text;
  for (const v1::PhaseProgress& phase : job.phases()) {
    if (phase.running() == 0) continue;
    absl::StrAppend(&text, text.empty() ? "" : ", ", phase.phase(), " ",
                    phase.done(), "/", phase.units());
  }
  return text;
}

}  // namespace

std::string ProgressView::Update(const v1::Job& job, absl::Duration now) {
  NoteSpeed(job, now);
  return style_.is_terminal ? Block(job, now) : Line(job, now);
}

void ProgressView::NoteSpeed(const v1::Job& job, absl::Duration now) {
  const bool is_moving =
      job.state() == v1::JOB_STATE_RUNNING && job.units_running() > 0;
  if (!is_moving) {
    speed_from_.reset();
  } else if (!speed_from_.has_value()) {
    speed_from_ = now;
    cost_from_ = job.cost_done();
  }
}

std::optional<absl::Duration> ProgressView::Remaining(
    const v1::Job& job, absl::Duration now) const {
  if (!speed_from_.has_value()) return std::nullopt;
  const double done = job.cost_done() - cost_from_;
  const double left = job.cost_total() - job.cost_done();
  const absl::Duration elapsed = now - *speed_from_;
  if (done <= 0 || left < 0 || elapsed < absl::Seconds(1)) return std::nullopt;
  return elapsed * (left / done);
}

std::string ProgressView::Block(const v1::Job& job, absl::Duration now) {
  std::string text;
  if (lines_drawn_ > 0)
    absl::StrAppend(&text, "\x1b[", lines_drawn_, "A\x1b[J");
  const std::string state = Headline(job);
  absl::StrAppendFormat(&text, "%s%s%s  %.1f %%  %d/%d units",
                        style_.use_color ? "\x1b[1m" : "", state,
                        style_.use_color ? "\x1b[0m" : "",
                        100 * CostFraction(job), job.units_done(), job.units());
  if (const auto left = Remaining(job, now); left.has_value()) {
    absl::StrAppend(&text, "  about ", HumanDuration(*left), " left");
  }
  absl::StrAppend(&text, "\n");
  lines_drawn_ = 1;
  for (const v1::PhaseProgress& phase : job.phases()) {
    absl::StrAppend(&text, PhaseLine(phase), "\n");
    ++lines_drawn_;
  }
  return text;
}

std::string ProgressView::Line(const v1::Job& job, absl::Duration now) {
  const std::string headline = Headline(job);
  std::string line =
      absl::StrFormat("%s  %.1f %%  %d/%d units", headline,
                      100 * CostFraction(job), job.units_done(), job.units());
  if (job.units_cached() > 0) {
    absl::StrAppend(&line, " (", job.units_cached(), " cached)");
  }
  const std::string phases = OpenPhases(job);
  if (!phases.empty()) absl::StrAppend(&line, "  ", phases);
  const bool is_new_state = headline != last_headline_;
  const bool is_due =
      line != last_line_ && now - last_line_at_ >= kLineInterval;
  if (!is_new_state && !is_due) return "";
  last_headline_ = headline;
  last_line_ = line;
  last_line_at_ = now;
  if (const auto left = Remaining(job, now); left.has_value()) {
    absl::StrAppend(&line, "  about ", HumanDuration(*left), " left");
  }
  return absl::StrCat(line, "\n");
}

}  // namespace decant
