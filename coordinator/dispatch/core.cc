#include "coordinator/dispatch/core.h"

#include <atomic>
#include <cstdlib>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "common/base/log.h"
#include "common/base/status_macros.h"
#include "coordinator/dispatch/core_loop.h"
#include "coordinator/dispatch/mailbox.h"
#include "coordinator/dispatch/slow_pool.h"

namespace decant {
namespace {

constexpr size_t kMaxMessagesPerStep = 256;

absl::Status Stopped() {
  return absl::UnavailableError("the coordinator is stopping");
}

void ExitOnFatal(const absl::Status& status) {
  Log(LogLevel::kError, absl::StrCat("the store cannot be trusted any more, "
                                     "ending: ",
                                     status.message()));
  std::_Exit(1);
}

// A request in the mailbox: applied to the loop, or refused.
struct Letter {
  CoreLoop::Message apply;
  std::function<void(const absl::Status&)> refuse;  // May be empty.
};

// CoreLoop on a thread of its own.
class ThreadedCore final : public Core {
 public:
  ThreadedCore(CoreOptions options, Clock& clock)
      : on_fatal_(options.on_fatal ? options.on_fatal : ExitOnFatal),
        clock_(clock),
        pool_(options.num_file_threads) {}

  absl::Status Open(CoreOptions options, Store& store, JobFiles& files) {
    ASSIGN_OR_RETURN(
        loop_, CoreLoop::Open(std::move(options), store, files, Now(),
                              [this](SlowWork work) { RunSlowly(work); }));
    thread_ = std::thread([this] { RunThread(); });
    return absl::OkStatus();
  }

  ~ThreadedCore() override { Stop(); }

  void Sync(v1::SyncRequest request, Reply<v1::SyncReply> reply) override {
    Post(reply, [request = std::move(request), reply](CoreLoop& loop) {
      loop.Sync(request, reply);
    });
  }
  void Plan(v1::PlanRequest request, Reply<v1::PlanReply> reply) override {
    Post(reply, [request = std::move(request), reply](CoreLoop& loop) {
      loop.Plan(request, reply);
    });
  }
  void Submit(v1::SubmitRequest request,
              Reply<v1::SubmitReply> reply) override {
    Post(reply, [request = std::move(request), reply](CoreLoop& loop) {
      loop.Submit(request, reply);
    });
  }
  void Get(v1::GetJobRequest request, Reply<v1::GetJobReply> reply) override {
    Post(reply, [request = std::move(request), reply](CoreLoop& loop) {
      loop.Get(request, reply);
    });
  }
  void List(v1::ListJobsRequest request,
            Reply<v1::ListJobsReply> reply) override {
    Post(reply, [request = std::move(request), reply](CoreLoop& loop) {
      loop.List(request, reply);
    });
  }
  void Watch(v1::WatchRequest request, Reply<v1::WatchReply> reply) override {
    Post(reply, [request = std::move(request), reply](CoreLoop& loop) {
      loop.Watch(request, reply);
    });
  }
  void Cancel(v1::JobActionRequest request,
              Reply<v1::JobActionReply> reply) override {
    Act(JobAction::kCancel, std::move(request), std::move(reply));
  }
  void Pause(v1::JobActionRequest request,
             Reply<v1::JobActionReply> reply) override {
    Act(JobAction::kPause, std::move(request), std::move(reply));
  }
  void Resume(v1::JobActionRequest request,
              Reply<v1::JobActionReply> reply) override {
    Act(JobAction::kResume, std::move(request), std::move(reply));
  }
  void Retry(v1::JobActionRequest request,
             Reply<v1::JobActionReply> reply) override {
    Act(JobAction::kRetry, std::move(request), std::move(reply));
  }
  void ListUnits(v1::ListUnitsRequest request,
                 Reply<v1::ListUnitsReply> reply) override {
    Post(reply, [request = std::move(request), reply](CoreLoop& loop) {
      loop.ListUnits(request, reply);
    });
  }
  void ListWorkers(v1::ListWorkersRequest /*request*/,
                   Reply<v1::ListWorkersReply> reply) override {
    Post(reply, [reply](CoreLoop& loop) { loop.ListWorkers(reply); });
  }
  void GetReportData(v1::GetReportDataRequest request,
                     Reply<v1::GetReportDataReply> reply) override {
    Post(reply, [request = std::move(request), reply](CoreLoop& loop) {
      loop.GetReportData(request, reply);
    });
  }
  void GetMetrics(Reply<CoreMetrics> reply) override {
    Post(reply, [reply](CoreLoop& loop) { loop.GetMetrics(reply); });
  }

  void Stop() override {
    const std::lock_guard<std::mutex> lock(stop_mutex_);
    for (const Letter& letter : mailbox_.Close()) {
      if (letter.refuse) letter.refuse(Stopped());
    }
    if (thread_.joinable()) thread_.join();
    pool_.Stop();
  }

 private:
  template <typename T, typename Apply>
  void Post(const Reply<T>& reply, Apply apply) {
    Letter letter;
    letter.apply = std::move(apply);
    letter.refuse = [reply](const absl::Status& status) { reply(status); };
    if (!mailbox_.Post(std::move(letter))) reply(Stopped());
  }

  void Act(JobAction action, v1::JobActionRequest request,
           Reply<v1::JobActionReply> reply) {
    Post(reply, [action, request = std::move(request), reply](CoreLoop& loop) {
      loop.Act(action, request, reply);
    });
  }

  void RunSlowly(SlowWork work) {
    pool_.Run([this, work = std::move(work)] {
      Letter letter;
      letter.apply = [done = work()](CoreLoop&) { done(); };
      mailbox_.Post(std::move(letter));
    });
  }

  CoreTime Now() {
    return {clock_.SteadyNow(), absl::ToUnixMicros(clock_.Now())};
  }

  void RunThread() {
    std::optional<absl::Duration> wait = absl::ZeroDuration();
    while (!is_closed_) {
      std::vector<CoreLoop::Message> messages = TakeMessages(wait);
      const CoreTime now = Now();
      const auto next = loop_->Step(now, messages);
      if (!next.ok()) {
        on_fatal_(next.status());
        break;
      }
      wait = next->has_value() ? std::optional(std::max(absl::ZeroDuration(),
                                                        **next - Now().steady))
                               : std::nullopt;
    }
    // Late letters find the mailbox closed.
    for (const Letter& letter : mailbox_.Close()) {
      if (letter.refuse) letter.refuse(Stopped());
    }
    loop_->AnswerAll(Stopped());
  }

  std::vector<CoreLoop::Message> TakeMessages(
      std::optional<absl::Duration> wait) {
    std::vector<Letter> letters = mailbox_.Take(kMaxMessagesPerStep, wait);
    is_closed_ = letters.empty() && mailbox_.is_closed();
    std::vector<CoreLoop::Message> messages;
    messages.reserve(letters.size());
    for (Letter& letter : letters) messages.push_back(std::move(letter.apply));
    return messages;
  }

  const std::function<void(const absl::Status&)> on_fatal_;
  Clock& clock_;
  Mailbox<Letter> mailbox_;
  std::unique_ptr<CoreLoop> loop_;  // After Open: the thread's alone.
  bool is_closed_ = false;          // Likewise.
  SlowPool pool_;
  std::mutex stop_mutex_;
  std::thread thread_;  // Guarded by stop_mutex_ after Open.
};

}  // namespace

absl::StatusOr<std::unique_ptr<Core>> Core::Start(CoreOptions options,
                                                  Store& store, JobFiles& files,
                                                  Clock& clock) {
  auto core = std::make_unique<ThreadedCore>(options, clock);
  RETURN_IF_ERROR(core->Open(std::move(options), store, files));
  return core;
}

}  // namespace decant
