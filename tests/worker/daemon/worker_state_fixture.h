// A WorkerState and a coordinator that says what the test wants.
#ifndef DECANT_TESTS_WORKER_DAEMON_WORKER_STATE_FIXTURE_H_
#define DECANT_TESTS_WORKER_DAEMON_WORKER_STATE_FIXTURE_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <type_traits>
#include <vector>

#include "absl/strings/str_cat.h"
#include "worker/daemon/worker_state.h"

namespace decant {

inline constexpr absl::Duration kTtl = absl::Seconds(60);

inline v1::LeaseId Lease(const std::string& unit, int64_t epoch = 1) {
  v1::LeaseId id;
  id.set_job_id("j-1");
  id.set_unit_id(unit);
  id.set_epoch(epoch);
  return id;
}

// A worker and a coordinator that says what the test wants.
class WorkerStateTest : public testing::Test {
 protected:
  explicit WorkerStateTest(size_t num_slots = 1) {
    WorkerDescription description;
    description.id = "host";
    description.incarnation = "w-1";
    description.numerics_class = "cpu";
    description.op_versions = {{"merge", 1}};
    description.slots.assign(num_slots, {.device = "cpu"});
    state_ = std::make_unique<WorkerState>(description);
    Advance();
    for (size_t i = 0; i < num_slots; ++i) {
      state_->RunnerSaid(i, HelloFrame{}, "");
    }
  }

  // What the runners were told to do.
  std::vector<Command> Advance() {
    std::vector<Command> commands = state_->Advance(now_);
    for (const Command& command : commands) {
      if (const auto* send = std::get_if<SendCommand>(&command)) {
        if (const auto* run = std::get_if<RunFrame>(&send->frame)) {
          last_run_ = *run;
          started_.push_back(run->order.value("unit", ""));
        }
      }
    }
    return commands;
  }
  v1::SyncRequest Send() {
    if (state_->ShouldAbandonSync()) state_->AbandonSync(now_);
    // The pause between an answer and the next call.
    if (!state_->WantsSync(now_)) Tick(absl::Milliseconds(2));
    EXPECT_TRUE(state_->WantsSync(now_));
    request_ = state_->BeginSync(now_);
    return request_;
  }
  v1::SyncReply Reply() const {
    v1::SyncReply reply;
    reply.set_store_id("store-1");
    reply.set_sequence(request_.sequence());
    reply.set_lease_ttl_micros(absl::ToInt64Microseconds(kTtl));
    reply.set_workspace("/ws");
    return reply;
  }
  static void AddRun(v1::SyncReply& reply, const v1::LeaseId& lease) {
    v1::RunUnit& run = *reply.add_run();
    *run.mutable_lease() = lease;
    run.set_order_json(absl::StrCat("{\"unit\":\"", lease.unit_id(), "\"}"));
  }
  static void AddStop(v1::SyncReply& reply, const v1::LeaseId& lease,
                      v1::StopUnit::Why why) {
    v1::StopUnit& stop = *reply.add_stop();
    *stop.mutable_lease() = lease;
    stop.set_why(why);
  }
  // One whole Sync that leases `units`.
  void Grant(const std::vector<std::string>& units) {
    Tick(absl::Milliseconds(10));
    Send();
    v1::SyncReply reply = Reply();
    for (const std::string& unit : units) AddRun(reply, Lease(unit));
    state_->ApplyReply(reply, now_);
    Advance();
  }
  void StopUnit(const v1::LeaseId& lease, v1::StopUnit::Why why) {
    Tick(absl::Milliseconds(10));
    Send();
    v1::SyncReply reply = Reply();
    AddStop(reply, lease, why);
    state_->ApplyReply(reply, now_);
  }
  void Tick(absl::Duration duration) { now_ += duration; }
  void Done(size_t slot = 0) {
    state_->RunnerSaid(slot,
                       DoneFrame{.attempt = last_run_.attempt,
                                 .result = {{"outputs", Json::object()},
                                            {"summary", Json::object()}}},
                       "");
  }
  static std::vector<std::string> Running(const v1::SyncRequest& request) {
    std::vector<std::string> units;
    for (const auto& running : request.running()) {
      units.push_back(absl::StrCat(running.lease().unit_id(),
                                   running.started() ? "" : " waits"));
    }
    return units;
  }
  static std::vector<std::string> Finished(const v1::SyncRequest& request) {
    std::vector<std::string> units;
    for (const auto& outcome : request.finished()) {
      units.push_back(
          absl::StrCat(outcome.lease().unit_id(),
                       outcome.has_result_json() ? " done"
                       : outcome.has_error()
                           ? absl::StrCat(" error ", outcome.error().code())
                           : " released"));
    }
    return units;
  }
  // How many of the commands are a T, or send one.
  template <typename T>
  static int Count(const std::vector<Command>& commands) {
    int count = 0;
    for (const Command& command : commands) {
      if constexpr (std::is_constructible_v<Frame, T>) {
        const auto* send = std::get_if<SendCommand>(&command);
        count += send != nullptr && std::holds_alternative<T>(send->frame);
      } else {
        count += std::holds_alternative<T>(command);
      }
    }
    return count;
  }

  absl::Duration now_ = absl::Seconds(1'000);
  std::unique_ptr<WorkerState> state_;
  v1::SyncRequest request_;
  RunFrame last_run_;
  std::vector<std::string> started_;
};

class TwoSlotStateTest : public WorkerStateTest {
 protected:
  TwoSlotStateTest() : WorkerStateTest(2) {}
};

}  // namespace decant

#endif  // DECANT_TESTS_WORKER_DAEMON_WORKER_STATE_FIXTURE_H_
