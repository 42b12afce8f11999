// A coordinator core, its files and a few workers in one thread with a clock
// that the test moves.
#ifndef DECANT_TESTS_COORDINATOR_DISPATCH_TEST_CLUSTER_H_
#define DECANT_TESTS_COORDINATOR_DISPATCH_TEST_CLUSTER_H_

#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/base/json.h"
#include "common/unit/result_identity.h"
#include "coordinator/dispatch/core_loop.h"
#include "coordinator/store/memory_store.h"
#include "tests/common/base/status_matchers.h"
#include "tests/coordinator/dispatch/fake_job_files.h"
#include "tests/coordinator/dispatch/test_plan.h"
#include "tests/coordinator/dispatch/test_worker.h"

namespace decant {

class TestCluster {
 public:
  TestCluster() { Restart(); }

  // Kills the coordinator and starts one on what its store remembers.
  void Restart() {
    slow_work_.clear();
    loop_ = ValueOf(CoreLoop::Open(
        options, store, files, now(),
        [this](SlowWork work) { slow_work_.push_back(std::move(work)); }));
    Settle();
  }

  // One message, and all the work that follows from it.
  void Send(const CoreLoop::Message& message) {
    next_deadline = ValueOf(loop_->Step(now(), {message}));
    Settle();
  }
  // One step, after which the process might die: slow work has not begun.
  void StepOnly(const CoreLoop::Message& message) {
    next_deadline = ValueOf(loop_->Step(now(), {message}));
  }
  void Settle() {
    next_deadline = ValueOf(loop_->Step(now(), {}));
    while (!slow_work_.empty()) {
      SlowWork work = std::move(slow_work_.front());
      slow_work_.pop_front();
      auto done = work();
      next_deadline =
          ValueOf(loop_->Step(now(), {[done](CoreLoop&) { done(); }}));
    }
  }
  void Advance(absl::Duration by) {
    time += by;
    Settle();
  }
  CoreTime now() const {
    return {time, 1'700'000'000'000'000 + absl::ToInt64Microseconds(time)};
  }

  // Calls a method of the loop and returns its answer, which must have come.
  template <typename T, typename Call>
  absl::StatusOr<T> Ask(Call call) {
    auto answer = std::make_shared<std::optional<absl::StatusOr<T>>>();
    Send([&](CoreLoop& loop) {
      call(loop, [answer](absl::StatusOr<T> value) { *answer = value; });
    });
    if (!answer->has_value()) return absl::CancelledError("no answer yet");
    return **answer;
  }

  absl::StatusOr<v1::SubmitReply> Submit(const std::string& recipe,
                                         bool replace = false) {
    v1::SubmitRequest request;
    request.mutable_recipe()->set_text(recipe);
    request.mutable_recipe()->set_path("/r.yaml");
    request.set_replace(replace);
    return Ask<v1::SubmitReply>(
        [&](CoreLoop& loop, auto reply) { loop.Submit(request, reply); });
  }
  // Submits a plan under its own name and returns the job's id.
  std::string SubmitPlan(const JobPlan& plan) {
    files.plans[plan.name] = plan;
    return ValueOf(Submit(plan.name)).job_id();
  }

  v1::Job Job(const std::string& job_id) {
    v1::GetJobRequest request;
    request.set_job_id(job_id);
    return ValueOf(Ask<v1::GetJobReply>([&](CoreLoop& loop, auto reply) {
             loop.Get(request, reply);
           }))
        .job();
  }
  v1::Unit Unit(const std::string& job_id, const std::string& unit_id) {
    v1::ListUnitsRequest request;
    request.set_job_id(job_id);
    request.set_unit_id(unit_id);
    return ValueOf(Ask<v1::ListUnitsReply>([&](CoreLoop& loop, auto reply) {
             loop.ListUnits(request, reply);
           }))
        .units(0);
  }
  absl::StatusOr<v1::JobActionReply> Act(JobAction action,
                                         const std::string& job_id) {
    v1::JobActionRequest request;
    request.set_job_id(job_id);
    return Ask<v1::JobActionReply>(
        [&](CoreLoop& loop, auto reply) { loop.Act(action, request, reply); });
  }

  // Sends what the worker states and lets it take in the reply.
  v1::SyncReply SyncOnce(TestWorker& worker) {
    const v1::SyncReply reply = ValueOf(TrySync(worker));
    TakeIn(worker, reply);
    return reply;
  }
  // The same, and once more after a reply that was made at once, before what
  // it caused (lookups of the next units) was done. Returns the first reply.
  v1::SyncReply Sync(TestWorker& worker) {
    const bool is_first = worker.state.store_id().empty();
    const v1::SyncReply reply = SyncOnce(worker);
    if (is_first || reply.acknowledged_size() > 0) SyncOnce(worker);
    return reply;
  }
  absl::StatusOr<v1::SyncReply> TrySync(TestWorker& worker) {
    worker.state.set_sequence(worker.state.sequence() + 1);
    worker.state.clear_running();
    for (const auto& [id, order] : worker.held) {
      v1::RunningUnit& running = *worker.state.add_running();
      running.mutable_lease()->set_job_id(order.job_id);
      running.mutable_lease()->set_unit_id(id);
      running.mutable_lease()->set_epoch(order.epoch);
      running.set_started(true);
    }
    return Ask<v1::SyncReply>(
        [&](CoreLoop& loop, auto reply) { loop.Sync(worker.state, reply); });
  }
  void TakeIn(TestWorker& worker, const v1::SyncReply& reply) {
    worker.state.set_store_id(reply.store_id());
    worker.state.clear_finished();
    for (const v1::StopUnit& stop : reply.stop()) {
      worker.held.erase(stop.lease().unit_id());
    }
    for (const v1::RunUnit& run : reply.run()) {
      if (run.order_json().empty()) continue;
      const Json json = ValueOf(ParseJson(run.order_json(), "order"));
      worker.held[run.lease().unit_id()] = ValueOf(UnitOrder::FromJson(json));
    }
  }

  // The worker runs a unit it holds to its end; its next Sync states so.
  void Run(TestWorker& worker, std::string unit_id) {
    const UnitOrder order = worker.held.at(unit_id);
    UnitResult result = RunOp(order);
    if (unit_id == "seal") {
      const std::string path =
          loop_->state().jobs.rbegin()->second->row.output_path;
      const std::string folder = FakeJobFiles::StagingFolder(path);
      result.summary = seal_summary;
      result.summary["staging_folder"] = folder;
      files.staging[folder] = ResultIdentity(
          loop_->state().jobs.rbegin()->second->row.recipe_identity, "cpu");
    } else {
      files.results[order.action_key] = result;
      for (const auto& [name, ref] : result.outputs) {
        files.lost.erase(ref.digest);
      }
    }
    worker.AddOutcome(unit_id).set_result_json(CanonicalJson(result.ToJson()));
  }
  // Runs whatever the worker gets until it gets nothing more.
  void RunAll(TestWorker& worker) {
    Sync(worker);
    while (!worker.held.empty()) {
      Run(worker, worker.held.begin()->first);
      Sync(worker);
    }
    Sync(worker);
  }

  const CoreState& state() const { return loop_->state(); }

  CoreOptions options = {.workspace = "/ws"};
  MemoryStore store{"s-test"};
  FakeJobFiles files;
  absl::Duration time = absl::Seconds(1000);
  std::optional<absl::Duration> next_deadline;
  Json seal_summary = {{"changed_elements", 10},
                       {"nonfinite_elements", 0},
                       {"changed_elements_fraction", 0.5}};

 private:
  std::deque<SlowWork> slow_work_;
  std::unique_ptr<CoreLoop> loop_;
};

}  // namespace decant

#endif  // DECANT_TESTS_COORDINATOR_DISPATCH_TEST_CLUSTER_H_
