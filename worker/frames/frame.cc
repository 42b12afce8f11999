#include "worker/frames/frame.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/base/nearest.h"
#include "common/base/param_reader.h"
#include "common/base/status_macros.h"

namespace decant {
namespace {

constexpr int64_t kMaxStatusCode = 16;

Json ToJson(const HelloFrame& frame) {
  return {{"type", "hello"}, {"protocol", frame.protocol}, {"pid", frame.pid}};
}

Json ToJson(const RunFrame& frame) {
  return {{"type", "run"},
          {"attempt", frame.attempt},
          {"order", frame.order},
          {"remaining_ms", frame.remaining_ms}};
}

Json ToJson(const RenewFrame& frame) {
  return {{"type", "renew"}, {"remaining_ms", frame.remaining_ms}};
}

Json ToJson(const CancelFrame& frame) {
  return {{"type", "cancel"}, {"attempt", frame.attempt}};
}

Json ToJson(const ProgressFrame& frame) {
  return {{"type", "progress"},
          {"attempt", frame.attempt},
          {"done", frame.done},
          {"total", frame.total}};
}

Json ToJson(const DoneFrame& frame) {
  return {{"type", "done"},
          {"attempt", frame.attempt},
          {"result", frame.result},
          {"run_micros", frame.run_micros}};
}

Json ToJson(const FailedFrame& frame) {
  return {{"type", "failed"},
          {"attempt", frame.attempt},
          {"code", frame.code},
          {"message", frame.message},
          {"lost_artifact", frame.lost_artifact},
          {"ineligible", frame.ineligible},
          {"run_micros", frame.run_micros}};
}

Json ToJson(const ByeFrame&) { return {{"type", "bye"}}; }

Json Object(ParamReader& reader, absl::string_view key) {
  Json value = reader.Value(key);
  if (!value.is_object()) reader.Fail(key, "must be an object");
  return value;
}

Frame ReadHello(ParamReader& reader) {
  HelloFrame frame;
  frame.protocol = reader.Int("protocol");
  frame.pid = reader.Int("pid");
  return frame;
}

Frame ReadRun(ParamReader& reader) {
  RunFrame frame;
  frame.attempt = reader.Int("attempt");
  frame.order = Object(reader, "order");
  frame.remaining_ms = reader.Int("remaining_ms");
  return frame;
}

Frame ReadRenew(ParamReader& reader) {
  return RenewFrame{.remaining_ms = reader.Int("remaining_ms")};
}

Frame ReadCancel(ParamReader& reader) {
  return CancelFrame{.attempt = reader.Int("attempt")};
}

Frame ReadProgress(ParamReader& reader) {
  ProgressFrame frame;
  frame.attempt = reader.Int("attempt");
  frame.done = reader.Int("done");
  frame.total = reader.Int("total");
  return frame;
}

Frame ReadDone(ParamReader& reader) {
  DoneFrame frame;
  frame.attempt = reader.Int("attempt");
  frame.result = Object(reader, "result");
  frame.run_micros = reader.Int("run_micros", {.min = 0});
  return frame;
}

Frame ReadFailed(ParamReader& reader) {
  FailedFrame frame;
  frame.attempt = reader.Int("attempt");
  frame.code = reader.Int("code", {.min = 1, .max = kMaxStatusCode});
  frame.message = reader.String("message");
  frame.lost_artifact = reader.String("lost_artifact");
  frame.ineligible = reader.Bool("ineligible");
  frame.run_micros = reader.Int("run_micros", {.min = 0});
  return frame;
}

Frame ReadBye(ParamReader&) { return ByeFrame{}; }

struct FrameReader {
  const char* type;
  Frame (*read)(ParamReader&);
};
constexpr FrameReader kReaders[] = {
    {"hello", ReadHello},   {"run", ReadRun},           {"renew", ReadRenew},
    {"cancel", ReadCancel}, {"progress", ReadProgress}, {"done", ReadDone},
    {"failed", ReadFailed}, {"bye", ReadBye},
};

}  // namespace

Json FrameToJson(const Frame& frame) {
  return std::visit([](const auto& typed) { return ToJson(typed); }, frame);
}

absl::StatusOr<Frame> FrameFromJson(const Json& json) {
  if (!json.is_object()) {
    return absl::InvalidArgumentError("frame: not an object");
  }
  ParamReader reader(json, "frame");
  const std::string type = reader.String("type");
  for (const FrameReader& known : kReaders) {
    if (type != known.type) continue;
    Frame frame = known.read(reader);
    RETURN_IF_ERROR(reader.Finish());
    return frame;
  }
  RETURN_IF_ERROR(json.contains("type") ? absl::OkStatus() : reader.Finish());
  return absl::InvalidArgumentError(
      absl::StrCat("frame: unknown type '", type, "'"));
}

}  // namespace decant
