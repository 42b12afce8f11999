// The whole control plane in one thread, from one seed: the core, model
// workers, a network that loses, repeats and reorders, and processes that are
// killed and frozen. A failing seed replays exactly.
#include <algorithm>
#include <cstdlib>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "coordinator/dispatch/core_loop.h"
#include "coordinator/store/memory_store.h"
#include "gtest/gtest.h"
#include "tests/common/base/status_matchers.h"
#include "tests/coordinator/dispatch/fake_job_files.h"
#include "tests/coordinator/dispatch/test_plan.h"
#include "tests/sim/event_queue.h"
#include "tests/sim/ledger.h"
#include "tests/sim/model_worker.h"

namespace decant {
namespace {

class Simulation {
 public:
  explicit Simulation(uint64_t seed) : random_(seed) {
    plan_ = MakePlan("job", 3 + Below(12));
    files_.plans["job"] = plan_;
    const int num_workers = 1 + Below(4);
    for (int i = 0; i < num_workers; ++i) {
      workers_.push_back(
          std::make_unique<ModelWorker>(absl::StrCat("w", i), 1 + Below(2)));
    }
    StartCore();
    Submit();
    for (auto& worker : workers_) Beat(*worker);
    PlanFault();
  }

  // Until the job is done; false if it is not after a simulated day.
  bool Run() {
    while (!events_.empty() && events_.now() < absl::Hours(24)) {
      events_.RunNext();
      if (IsDone()) return true;
      if (testing::Test::HasFailure()) return false;
    }
    return false;
  }

  // What must hold whatever happened.
  void CheckHistory() {
    const std::string& job = loop_->state().jobs.begin()->second->row.id;
    ledger_.CheckHistory(store_, job);
    EXPECT_EQ(files_.outputs.count(plan_.output_path), 1u);
  }

 private:
  static constexpr absl::Duration kTtl = absl::Seconds(12);

  int Below(int bound) {
    return static_cast<int>(random_() % static_cast<uint64_t>(bound));
  }
  bool Chance(int percent) { return Below(100) < percent; }
  absl::Duration Delay() { return absl::Milliseconds(1 + Below(300)); }

  // ---- The coordinator.

  void StartCore() {
    ++core_process_;
    loop_ = ValueOf(CoreLoop::Open(
        {.lease_ttl = kTtl, .workspace = "/ws"}, store_, files_, Now(),
        [this, process = core_process_](SlowWork work) {
          events_.After(Delay(), [this, process, work = std::move(work)] {
            if (process != core_process_) return;
            auto done = work();
            Send([done](CoreLoop&) { done(); });
          });
        }));
    Step({});
  }
  CoreTime Now() const {
    return {events_.now(), absl::ToInt64Microseconds(events_.now())};
  }
  void Send(CoreLoop::Message message) { Step({std::move(message)}); }
  void Step(const std::vector<CoreLoop::Message>& messages) {
    const auto next = loop_->Step(Now(), messages);
    ASSERT_THAT(next, IsOk());
    ledger_.CheckLeases(loop_->state(), workers_, events_.now());
    if (!next->has_value()) return;
    events_.After(std::max(absl::ZeroDuration(), **next - events_.now()),
                  [this, process = core_process_, at = **next] {
                    if (process != core_process_ || at < next_step_) return;
                    Step({});
                  });
    next_step_ = **next;
  }
  bool IsDone() const {
    const auto& jobs = loop_->state().jobs;
    return !jobs.empty() &&
           jobs.begin()->second->row.phase.state == JobState::kDone;
  }
  // Submits until the answer has come: calls of users get lost too.
  void Submit() {
    if (!loop_->state().jobs.empty()) return;
    v1::SubmitRequest request;
    request.mutable_recipe()->set_text("job");
    Send([request](CoreLoop& loop) { loop.Submit(request, [](auto) {}); });
    events_.After(absl::Seconds(5), [this] { Submit(); });
  }
  void Act(JobAction action) {
    if (loop_->state().jobs.empty()) return;
    v1::JobActionRequest request;
    request.set_job_id(loop_->state().jobs.begin()->second->row.id);
    Send([=](CoreLoop& loop) { loop.Act(action, request, [](auto) {}); });
  }

  // ---- Workers.

  // One turn of the daemon's loop.
  void Beat(ModelWorker& worker) {
    if (frozen_.count(worker.id()) == 0) {
      worker.StopExpired(events_.now());
      StartUnits(worker);
      if (worker.in_flight() == 0) SendSync(worker);
    }
    events_.After(absl::Milliseconds(200), [this, &worker] { Beat(worker); });
  }
  void SendSync(ModelWorker& worker) {
    const v1::SyncRequest request = worker.MakeSync(events_.now());
    Travel(worker, request);
    if (Chance(5)) Travel(worker, request);
    // A call without an answer is given up.
    events_.After(kTtl, [&worker, process = worker.process(),
                         sequence = request.sequence()] {
      if (worker.process() == process && worker.in_flight() == sequence) {
        worker.GiveUpCall();
      }
    });
  }
  void Travel(ModelWorker& worker, const v1::SyncRequest& request) {
    if (Chance(10)) return;  // Lost on the way.
    events_.After(Delay(), [this, &worker, request, process = core_process_] {
      // Connections end with the processes at their ends.
      if (process != core_process_ ||
          request.incarnation() != worker.incarnation()) {
        return;
      }
      Send([this, &worker, request](CoreLoop& loop) {
        loop.Sync(request, [this, &worker, request](auto reply) {
          if (Chance(10)) return;  // Lost on the way back.
          events_.After(Delay(), [this, &worker, request, reply] {
            TakeReply(worker, request, reply);
          });
        });
      });
    });
  }
  void TakeReply(ModelWorker& worker, const v1::SyncRequest& request,
                 const absl::StatusOr<v1::SyncReply>& reply) {
    if (frozen_.count(worker.id()) > 0 ||
        request.incarnation() != worker.incarnation()) {
      return;
    }
    if (!reply.ok()) {
      if (worker.in_flight() == request.sequence()) worker.GiveUpCall();
      return;
    }
    if (!worker.TakeReply(*reply)) return;
    for (const v1::LeaseId& lease : reply->acknowledged()) {
      ledger_.NoteAcknowledged(lease);
    }
  }
  void StartUnits(ModelWorker& worker) {
    for (auto& [unit, held] : worker.held) {
      if (held.is_running || !worker.has_free_slot()) continue;
      held.is_running = true;
      events_.After(absl::Milliseconds(100 + Below(4000)),
                    [this, &worker, unit = unit, epoch = held.order.epoch,
                     process = worker.process()] {
                      EndUnit(worker, unit, epoch, process);
                    });
    }
  }
  void EndUnit(ModelWorker& worker, const std::string& unit, int64_t epoch,
               int64_t process) {
    const auto held = worker.held.find(unit);
    if (worker.process() != process || held == worker.held.end() ||
        held->second.order.epoch != epoch) {
      return;
    }
    // A frozen one finishes the moment it wakes: its result may be late.
    const UnitOrder order = held->second.order;
    v1::UnitOutcome& outcome = worker.Finish(unit);
    const std::string lost = LostInput(order);
    if (!lost.empty() || Chance(4)) {
      v1::UnitError& error = *outcome.mutable_error();
      error.set_code(static_cast<int32_t>(absl::StatusCode::kUnavailable));
      error.set_lost_artifact(lost);
      return;
    }
    UnitResult result = RunOp(order);
    result.summary = {{"epoch", order.epoch}};
    if (unit == "seal") {
      const std::string folder = FakeJobFiles::StagingFolder(plan_.output_path);
      files_.staging[folder] = "made";
      result.summary["staging_folder"] = folder;
      result.summary["changed_elements"] = 1;
      result.summary["nonfinite_elements"] = 0;
    } else {
      files_.results[order.action_key] = result;
      for (const auto& [name, ref] : result.outputs) {
        files_.lost.erase(ref.digest);
      }
    }
    outcome.set_result_json(CanonicalJson(result.ToJson()));
  }
  std::string LostInput(const UnitOrder& order) const {
    for (const auto& [name, ref] : order.inputs) {
      if (files_.lost.count(ref.digest) > 0) return ref.digest;
    }
    return "";
  }

  // ---- Faults.

  void PlanFault() {
    events_.After(absl::Milliseconds(200 + Below(6000)), [this] {
      ModelWorker& worker = *workers_[random_() % workers_.size()];
      switch (Below(8)) {
        case 0:
        case 1:
          StartCore();
          break;
        case 2:
          worker.Restart();
          break;
        case 3:
          Freeze(worker);
          break;
        case 4:
          LoseAnArtifact();
          break;
        case 5:
          Act(JobAction::kPause);
          events_.After(absl::Seconds(Below(10)),
                        [this] { Act(JobAction::kResume); });
          break;
        case 6:
          if (Chance(20)) Act(JobAction::kCancel);
          break;
        default:
          break;
      }
      // Whatever ended badly is tried again; resumes get lost in restarts.
      Act(JobAction::kRetry);
      if (Chance(30)) Act(JobAction::kResume);
      PlanFault();
    });
  }
  void Freeze(ModelWorker& worker) {
    frozen_.insert(worker.id());
    events_.After(absl::Seconds(1 + Below(40)),
                  [this, &worker] { frozen_.erase(worker.id()); });
  }
  void LoseAnArtifact() {
    if (files_.results.empty() || num_losses_ == 2) return;
    ++num_losses_;
    auto result = files_.results.begin();
    std::advance(result, Below(static_cast<int>(files_.results.size())));
    files_.lost.insert(result->second.outputs.at("out").digest);
  }

  std::mt19937_64 random_;
  EventQueue events_;
  MemoryStore store_{"s-sim"};
  FakeJobFiles files_;
  JobPlan plan_;
  std::vector<std::unique_ptr<ModelWorker>> workers_;
  std::unique_ptr<CoreLoop> loop_;
  int64_t core_process_ = 0;
  absl::Duration next_step_;
  std::set<std::string> frozen_;
  int num_losses_ = 0;
  Ledger ledger_;
};

// DECANT_SIM_SEED=n runs that seed alone; DECANT_SIM_SEEDS=n that many.
int FromEnvironment(const char* name, int fallback) {
  const char* text = std::getenv(name);
  return text == nullptr ? fallback : std::stoi(text);
}

TEST(SimulationTest, EverySeedEndsWithOneEffectForEachUnit) {
  const int only = FromEnvironment("DECANT_SIM_SEED", -1);
  const int first = only >= 0 ? only : 0;
  const int last =
      only >= 0 ? only : FromEnvironment("DECANT_SIM_SEEDS", 300) - 1;
  for (int seed = first; seed <= last; ++seed) {
    SCOPED_TRACE("DECANT_SIM_SEED=" + std::to_string(seed));
    Simulation simulation(static_cast<uint64_t>(seed));
    ASSERT_TRUE(simulation.Run()) << "the job did not end";
    simulation.CheckHistory();
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace decant
