// A gRPC server that answers Sync as a test wants, in process.
#ifndef DECANT_TESTS_WORKER_DAEMON_FAKE_COORDINATOR_H_
#define DECANT_TESTS_WORKER_DAEMON_FAKE_COORDINATOR_H_

#include <grpcpp/grpcpp.h>

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "decant/v1/worker.grpc.pb.h"

namespace decant {

// Leases what Lease() was given, in order, and remembers every outcome. Parks
// a call that has no news, as the real one does.
class FakeCoordinator final : public v1::WorkerService::Service {
 public:
  explicit FakeCoordinator(std::string workspace)
      : workspace_(std::move(workspace)) {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(),
                             &port_);
    builder.RegisterService(this);
    server_ = builder.BuildAndStart();
  }
  ~FakeCoordinator() override {
    {
      const std::lock_guard<std::mutex> lock(mu_);
      stopped_ = true;
      changed_.notify_all();
    }
    server_->Shutdown();
  }

  std::string address() const { return absl::StrCat("127.0.0.1:", port_); }

  // Offers a unit of job `job_id`.
  void Lease(const std::string& job_id, const std::string& unit_id) {
    const std::lock_guard<std::mutex> lock(mu_);
    v1::RunUnit run;
    run.mutable_lease()->set_job_id(job_id);
    run.mutable_lease()->set_unit_id(unit_id);
    run.mutable_lease()->set_epoch(1);
    run.set_order_json(absl::StrCat("{\"job_id\":\"", job_id, "\"}"));
    leased_.push_back(run);
    changed_.notify_all();
  }
  void Refuse(grpc::Status status) {
    const std::lock_guard<std::mutex> lock(mu_);
    refusal_ = std::move(status);
    changed_.notify_all();
  }

  // Waits until `matches` holds for some request.
  v1::SyncRequest WaitForRequest(
      const std::function<bool(const v1::SyncRequest&)>& matches) {
    std::unique_lock<std::mutex> lock(mu_);
    for (size_t seen = 0;;) {
      for (; seen < requests_.size(); ++seen) {
        if (matches(requests_[seen])) return requests_[seen];
      }
      changed_.wait(lock);
    }
  }
  v1::UnitOutcome WaitForOutcome(const std::string& unit_id) {
    v1::UnitOutcome found;
    WaitForRequest([&](const v1::SyncRequest& request) {
      for (const v1::UnitOutcome& outcome : request.finished()) {
        if (outcome.lease().unit_id() != unit_id) continue;
        found = outcome;
        return true;
      }
      return false;
    });
    return found;
  }
  void WaitUntilStarted(const std::string& unit_id) {
    WaitForRequest([&](const v1::SyncRequest& request) {
      for (const v1::RunningUnit& running : request.running()) {
        if (running.lease().unit_id() == unit_id && running.started()) {
          return true;
        }
      }
      return false;
    });
  }

 private:
  grpc::Status Sync(grpc::ServerContext* context,
                    const v1::SyncRequest* request,
                    v1::SyncReply* reply) override {
    std::unique_lock<std::mutex> lock(mu_);
    requests_.push_back(*request);
    changed_.notify_all();
    const size_t num_known = leased_.size();
    const absl::Time until =
        absl::Now() + absl::Microseconds(request->max_hold_micros());
    // Polls for the caller's cancellation, too.
    while (!stopped_ && refusal_.ok() && absl::Now() < until &&
           !context->IsCancelled() && leased_.size() == num_known &&
           request->finished().empty() && !HasNews(*request)) {
      changed_.wait_for(lock, std::chrono::milliseconds(20));
    }
    if (!refusal_.ok()) return refusal_;
    reply->set_store_id("store-1");
    reply->set_sequence(request->sequence());
    reply->set_workspace(workspace_);
    reply->set_lease_ttl_micros(2'000'000);
    for (const v1::UnitOutcome& outcome : request->finished()) {
      *reply->add_acknowledged() = outcome.lease();
      finished_.push_back(outcome.lease().unit_id());
    }
    for (const v1::RunUnit& run : leased_) {
      if (!IsFinished(run.lease().unit_id())) *reply->add_run() = run;
    }
    return grpc::Status::OK;
  }

  bool IsFinished(const std::string& unit_id) const {
    for (const std::string& finished : finished_) {
      if (finished == unit_id) return true;
    }
    return false;
  }
  bool HasNews(const v1::SyncRequest& request) const {
    for (const v1::RunUnit& run : leased_) {
      bool known = IsFinished(run.lease().unit_id());
      for (const v1::RunningUnit& running : request.running()) {
        known = known || running.lease().unit_id() == run.lease().unit_id();
      }
      if (!known) return true;
    }
    return false;
  }

  const std::string workspace_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
  std::mutex mu_;
  std::condition_variable changed_;
  std::vector<v1::RunUnit> leased_;
  std::vector<std::string> finished_;
  std::vector<v1::SyncRequest> requests_;
  grpc::Status refusal_;
  bool stopped_ = false;
};

}  // namespace decant

#endif  // DECANT_TESTS_WORKER_DAEMON_FAKE_COORDINATOR_H_
