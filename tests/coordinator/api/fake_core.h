// A core that answers what a test tells it to, or parks the call.
#ifndef DECANT_TESTS_COORDINATOR_API_FAKE_CORE_H_
#define DECANT_TESTS_COORDINATOR_API_FAKE_CORE_H_

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "coordinator/dispatch/core.h"

namespace decant {

// Thread-safe. Set the members before the first call.
class FakeCore : public Core {
 public:
  // The status of every call but Plan and Get.
  absl::Status status;
  bool parks_watch = false;
  bool answers_metrics = true;
  CoreMetrics metrics;

  void Sync(v1::SyncRequest request, Reply<v1::SyncReply> reply) override {
    v1::SyncReply answer;
    answer.set_sequence(request.sequence());
    Answer("Sync", std::move(answer), reply);
  }
  void Plan(v1::PlanRequest request, Reply<v1::PlanReply> reply) override {
    Note("Plan");
    v1::PlanReply answer;
    answer.set_plan_json(request.recipe().text());
    reply(std::move(answer));
  }
  void Submit(v1::SubmitRequest request,
              Reply<v1::SubmitReply> reply) override {
    v1::SubmitReply answer;
    answer.set_job_id("j-1");
    answer.set_existed(request.replace());
    Answer("Submit", std::move(answer), reply);
  }
  void Get(v1::GetJobRequest request, Reply<v1::GetJobReply> reply) override {
    Note("Get");
    if (request.job_id() != job.id()) {
      reply(absl::NotFoundError("no job '" + request.job_id() + "'"));
      return;
    }
    v1::GetJobReply answer;
    *answer.mutable_job() = job;
    reply(std::move(answer));
  }
  void List(v1::ListJobsRequest request,
            Reply<v1::ListJobsReply> reply) override {
    // Two pages of one job each.
    v1::ListJobsReply answer;
    *answer.add_jobs() = job;
    if (request.page_token().empty()) answer.set_next_page_token("2");
    Answer("List", std::move(answer), reply);
  }
  void Watch(v1::WatchRequest, Reply<v1::WatchReply> reply) override {
    if (parks_watch) {
      const std::lock_guard lock(mutex_);
      parked_.push_back(std::move(reply));
      changed_.notify_all();
      return;
    }
    v1::WatchReply answer;
    *answer.mutable_job() = job;
    Answer("Watch", std::move(answer), reply);
  }
  void Cancel(v1::JobActionRequest, Reply<v1::JobActionReply> reply) override {
    Act("Cancel", v1::JOB_STATE_CANCELLED, reply);
  }
  void Pause(v1::JobActionRequest, Reply<v1::JobActionReply> reply) override {
    Act("Pause", v1::JOB_STATE_PAUSED, reply);
  }
  void Resume(v1::JobActionRequest, Reply<v1::JobActionReply> reply) override {
    Act("Resume", v1::JOB_STATE_RUNNING, reply);
  }
  void Retry(v1::JobActionRequest, Reply<v1::JobActionReply> reply) override {
    Act("Retry", v1::JOB_STATE_RUNNING, reply);
  }
  void ListUnits(v1::ListUnitsRequest request,
                 Reply<v1::ListUnitsReply> reply) override {
    v1::ListUnitsReply answer;
    for (const v1::Unit& unit : units) {
      if (!request.phase().empty() && unit.phase() != request.phase()) continue;
      if (!request.unit_id().empty() && unit.id() != request.unit_id()) {
        continue;
      }
      *answer.add_units() = unit;
    }
    Answer("ListUnits", std::move(answer), reply);
  }
  void ListWorkers(v1::ListWorkersRequest,
                   Reply<v1::ListWorkersReply> reply) override {
    v1::ListWorkersReply answer;
    answer.add_workers()->set_id("w1");
    Answer("ListWorkers", std::move(answer), reply);
  }
  void GetReportData(v1::GetReportDataRequest,
                     Reply<v1::GetReportDataReply> reply) override {
    Answer("GetReportData", v1::GetReportDataReply(), reply);
  }
  void GetMetrics(Reply<CoreMetrics> reply) override {
    Note("GetMetrics");
    if (answers_metrics) reply(metrics);
  }
  // Answers parked calls, as the contract says.
  void Stop() override {
    for (const Reply<v1::WatchReply>& reply : TakeParked()) {
      reply(absl::UnavailableError("the coordinator is stopping"));
    }
  }

  std::vector<Reply<v1::WatchReply>> TakeParked() {
    const std::lock_guard lock(mutex_);
    return std::exchange(parked_, {});
  }
  void WaitUntilParked() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !parked_.empty(); });
  }
  std::vector<std::string> calls() {
    const std::lock_guard lock(mutex_);
    return calls_;
  }

  v1::Job job;
  std::vector<v1::Unit> units;

 private:
  void Note(const std::string& call) {
    const std::lock_guard lock(mutex_);
    calls_.push_back(call);
  }
  template <typename T>
  void Answer(const std::string& call, T answer, const Reply<T>& reply) {
    Note(call);
    if (status.ok()) {
      reply(std::move(answer));
    } else {
      reply(status);
    }
  }
  void Act(const std::string& call, v1::JobState state,
           const Reply<v1::JobActionReply>& reply) {
    v1::JobActionReply answer;
    *answer.mutable_job() = job;
    answer.mutable_job()->set_state(state);
    Answer(call, std::move(answer), reply);
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> calls_;
  std::vector<Reply<v1::WatchReply>> parked_;
};

}  // namespace decant

#endif  // DECANT_TESTS_COORDINATOR_API_FAKE_CORE_H_
