#include "worker/runner/serve.h"

#include <unistd.h>

#include <string>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/status_macros.h"

namespace decant {
namespace {

Frame Failure(int64_t attempt, const absl::Status& status, int64_t run_micros) {
  FailedFrame frame;
  frame.attempt = attempt;
  frame.code = static_cast<int64_t>(status.code());
  frame.message = std::string(status.message());
  frame.run_micros = run_micros;
  frame.ineligible = status.GetPayload(kIneligiblePayload).has_value();
  if (const auto lost = status.GetPayload(kLostArtifactPayload);
      lost.has_value()) {
    frame.lost_artifact = std::string(*lost);
  }
  return frame;
}

absl::StatusOr<UnitResult> RunOrder(const RunFrame& run, DaemonLink& link,
                                    UnitRunner& runner) {
  ASSIGN_OR_RETURN(const UnitOrder order, UnitOrder::FromJson(run.order));
  AttemptHooks hooks;
  hooks.cancelled = [&link] { return link.IsCancelled(); };
  hooks.progress = [&link, attempt = run.attempt](int64_t done, int64_t total) {
    // A daemon that is gone is noticed by the link's reader.
    link.Send(ProgressFrame{.attempt = attempt, .done = done, .total = total})
        .IgnoreError();
  };
  return runner.Run(order, hooks);
}

}  // namespace

absl::Status Serve(DaemonLink& link, UnitRunner& runner) {
  RETURN_IF_ERROR(link.Send(HelloFrame{.pid = getpid()}));
  while (const std::optional<RunFrame> run = link.NextRun()) {
    const absl::Duration start = SteadyNow();
    const absl::StatusOr<UnitResult> result = RunOrder(*run, link, runner);
    const int64_t run_micros = absl::ToInt64Microseconds(SteadyNow() - start);
    if (!result.ok()) {
      // Into the attempt's log, before the daemon takes its tail.
      Log(LogLevel::kError, result.status().message());
      RETURN_IF_ERROR(
          link.FinishRun(Failure(run->attempt, result.status(), run_micros)));
      continue;
    }
    const DoneFrame done = {.attempt = run->attempt,
                            .result = result->ToJson(),
                            .run_micros = run_micros};
    absl::Status sent = link.FinishRun(done);
    if (absl::IsResourceExhausted(sent)) {
      sent = link.FinishRun(Failure(run->attempt, sent, run_micros));
    }
    RETURN_IF_ERROR(sent);
  }
  return absl::OkStatus();
}

}  // namespace decant
