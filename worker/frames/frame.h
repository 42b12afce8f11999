// What the worker daemon and its runners say to each other. Free of Protobuf
// (the runner must not load it) and of torch (nor may the daemon). On the wire
// a frame is a 4-byte little-endian length and that many bytes of JSON
// (docs/formats/frames.md); tensors go through files.
//
//   runner                                daemon
//     hello ------------------------------>   ready for a unit
//     <---------------------------------- run
//     progress -------------------------->    at most a few a second
//     <------------------------------- renew  the lease lives on
//     <------------------------------ cancel  end the unit early
//     done | failed --------------------->    ready for a unit again
//     <--------------------------------- bye  end the process
#ifndef DECANT_WORKER_FRAMES_FRAME_H_
#define DECANT_WORKER_FRAMES_FRAME_H_

#include <cstdint>
#include <string>
#include <variant>

#include "absl/status/statusor.h"
#include "common/base/json.h"

namespace decant {

inline constexpr int64_t kFrameProtocolVersion = 1;

struct HelloFrame {
  int64_t protocol = kFrameProtocolVersion;
  int64_t pid = 0;
  friend bool operator==(const HelloFrame&, const HelloFrame&) = default;
};

// `attempt` is the daemon's number for one execution; frames about another
// one than the current are late and mean nothing.
struct RunFrame {
  int64_t attempt = 0;
  Json order = Json::object();  // UnitOrder, common/unit/unit_spec.h.
  // The runner ends itself when it has heard of no later deadline.
  int64_t remaining_ms = 0;
  friend bool operator==(const RunFrame&, const RunFrame&) = default;
};

struct RenewFrame {
  int64_t remaining_ms = 0;
  friend bool operator==(const RenewFrame&, const RenewFrame&) = default;
};

struct CancelFrame {
  int64_t attempt = 0;
  friend bool operator==(const CancelFrame&, const CancelFrame&) = default;
};

struct ProgressFrame {
  int64_t attempt = 0;
  int64_t done = 0;
  int64_t total = 0;
  friend bool operator==(const ProgressFrame&, const ProgressFrame&) = default;
};

struct DoneFrame {
  int64_t attempt = 0;
  Json result = Json::object();  // UnitResult, common/unit/unit_spec.h.
  int64_t run_micros = 0;
  friend bool operator==(const DoneFrame&, const DoneFrame&) = default;
};

struct FailedFrame {
  int64_t attempt = 0;
  int64_t code = 0;  // absl::StatusCode.
  std::string message;
  std::string lost_artifact;  // Digest of an input that must be made again.
  // This host cannot open a source: says nothing about the unit.
  bool ineligible = false;
  int64_t run_micros = 0;
  friend bool operator==(const FailedFrame&, const FailedFrame&) = default;
};

struct ByeFrame {
  friend bool operator==(const ByeFrame&, const ByeFrame&) = default;
};

using Frame = std::variant<HelloFrame, RunFrame, RenewFrame, CancelFrame,
                           ProgressFrame, DoneFrame, FailedFrame, ByeFrame>;

Json FrameToJson(const Frame& frame);
// InvalidArgument: no or an unknown "type", a field missing, unknown or of the
// wrong type.
absl::StatusOr<Frame> FrameFromJson(const Json& json);

}  // namespace decant

#endif  // DECANT_WORKER_FRAMES_FRAME_H_
