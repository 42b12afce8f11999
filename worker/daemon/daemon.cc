#include "worker/daemon/daemon.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/artifact/artifact_store.h"
#include "common/base/clock.h"
#include "common/base/files.h"
#include "common/base/log.h"

namespace decant {
namespace {

constexpr char kNonceName[] = "coordinator";
constexpr char kLogFile[] = "runner.log";

}  // namespace

Daemon::Daemon(DaemonOptions options)
    : options_(std::move(options)),
      state_(options_.description),
      supervisor_(options_.runners,
                  [this](RunnerEvent event) {
                    tasks_.Post([this, event = std::move(event)]() mutable {
                      Handle(std::move(event));
                    });
                  }),
      client_(
          options_.coordinator,
          [this](int64_t sequence, absl::StatusOr<v1::SyncReply> reply) {
            tasks_.Post([this, sequence, reply = std::move(reply)]() mutable {
              HandleReply(sequence, std::move(reply));
            });
          }) {}

void Daemon::Stop() {
  tasks_.Post([this] {
    if (++stops_ > 1) return;
    Log(LogLevel::kInfo,
        absl::StrCat("stopping: running units may finish within ",
                     absl::FormatDuration(options_.grace),
                     "; a second signal stops at once"));
    state_.Stop(options_.grace, SteadyNow());
  });
}

absl::Status Daemon::Run() {
  for (;;) {
    const absl::Duration now = SteadyNow();
    for (Command& command : state_.Advance(now)) CarryOut(std::move(command));
    if (!state_.fatal().ok()) return state_.fatal();
    if (stops_ > 1 || state_.is_stopped(now)) return absl::OkStatus();
    Sync(now);
    tasks_.Wait(state_.NextDeadline() - SteadyNow());
    tasks_.RunAll();
  }
}

void Daemon::Sync(absl::Duration now) {
  if (state_.ShouldAbandonSync()) {
    client_.Cancel();
    state_.AbandonSync(now);
  }
  if (!state_.WantsSync(now)) return;
  v1::SyncRequest request = state_.BeginSync(now);
  const absl::Duration timeout = state_.AnswerTimeout(request);
  client_.Call(std::move(request), timeout);
}

void Daemon::CarryOut(Command command) {
  if (const auto* start = std::get_if<StartRunnerCommand>(&command)) {
    supervisor_.Start(start->slot);
  } else if (const auto* kill = std::get_if<KillRunnerCommand>(&command)) {
    supervisor_.Kill(kill->slot);
  } else if (auto* send = std::get_if<SendCommand>(&command)) {
    supervisor_.Send(send->slot, std::move(send->frame));
  }
}

void Daemon::Handle(RunnerEvent event) {
  const LeaseKey* running = state_.RunningLease(event.slot);
  if (running != nullptr && !event.log.empty()) WriteLog(*running, event.log);
  if (event.frame.has_value()) {
    state_.RunnerSaid(event.slot, *event.frame, event.log_tail);
  } else {
    state_.RunnerExited(event.slot, event.exit, event.log_tail, SteadyNow());
  }
}

void Daemon::HandleReply(int64_t sequence,
                         absl::StatusOr<v1::SyncReply> reply) {
  const absl::Duration now = SteadyNow();
  if (!reply.ok()) {
    // A cancelled call is not in flight any more: the state ignores it.
    state_.ApplySyncError(sequence, reply.status(), now);
    if (was_connected_ && !state_.is_connected()) {
      Log(LogLevel::kWarning, reply.status().message());
      was_connected_ = false;
    }
    return;
  }
  state_.ApplyReply(*reply, now);
  if (!was_connected_ && state_.is_connected()) {
    Log(LogLevel::kInfo, absl::StrCat("connected to ", options_.coordinator,
                                      ", workspace ", state_.workspace()));
    was_connected_ = true;
  }
  LookAtWorkspace();
}

void Daemon::LookAtWorkspace() {
  // The coordinator may write a new nonce at each start; while units run, the
  // workspace is plainly there.
  if (state_.workspace().empty() ||
      (!state_.workspace_nonce().empty() && !state_.is_idle())) {
    return;
  }
  // Open() makes the folders: where the workspace is not mounted it must not
  // be called.
  const std::string nonce_path =
      absl::StrCat(state_.workspace(), "/nonces/", kNonceName);
  absl::StatusOr<std::string> nonce = ReadFile(nonce_path);
  if (!nonce.ok() && !state_.workspace_nonce().empty()) {
    Log(LogLevel::kWarning, nonce.status().message());
  }
  state_.SetWorkspaceNonce(nonce.ok() ? *nonce : "");
}

void Daemon::WriteLog(const LeaseKey& lease, const std::string& text) {
  const absl::StatusOr<ArtifactStore> artifacts =
      ArtifactStore::Open(state_.workspace());
  if (!artifacts.ok()) return;
  const absl::StatusOr<std::string> folder =
      artifacts->MakeAttemptFolder(lease.job_id, lease.unit_id, lease.epoch);
  if (!folder.ok()) return;
  const absl::Status written =
      WriteFileAtomically(JoinPath(*folder, kLogFile), text);
  if (!written.ok()) Log(LogLevel::kWarning, written.message());
}

}  // namespace decant
