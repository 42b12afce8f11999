#include "worker/frames/frame_codec.h"

#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/json.h"

namespace decant {
namespace {

constexpr size_t kLengthBytes = 4;
// Given-out bytes are dropped in batches: erasing after every small frame
// would move the rest of a large buffer each time.
constexpr size_t kCompactBytes = 64 << 10;

size_t ReadLength(const char* bytes) {
  size_t length = 0;
  for (size_t i = 0; i < kLengthBytes; ++i) {
    length |= static_cast<size_t>(static_cast<uint8_t>(bytes[i])) << (8 * i);
  }
  return length;
}

}  // namespace

absl::StatusOr<std::string> EncodeFrame(const Frame& frame) {
  const std::string json = CanonicalJson(FrameToJson(frame));
  if (json.size() > kMaxFrameBytes) {
    return absl::ResourceExhaustedError(
        absl::StrCat("a frame of ", json.size(), " bytes exceeds the limit of ",
                     kMaxFrameBytes));
  }
  std::string bytes;
  bytes.reserve(kLengthBytes + json.size());
  for (size_t i = 0; i < kLengthBytes; ++i) {
    bytes.push_back(static_cast<char>((json.size() >> (8 * i)) & 0xff));
  }
  return bytes + json;
}

absl::StatusOr<std::optional<Frame>> FrameDecoder::Next() {
  if (!broken_.ok()) return broken_;
  const size_t available = buffer_.size() - consumed_;
  if (available < kLengthBytes) return std::optional<Frame>();
  const size_t length = ReadLength(buffer_.data() + consumed_);
  if (length > kMaxFrameBytes) {
    broken_ = absl::InvalidArgumentError(absl::StrCat(
        "a frame claims ", length, " bytes; the limit is ", kMaxFrameBytes));
    return broken_;
  }
  if (available - kLengthBytes < length) return std::optional<Frame>();
  const absl::string_view text(buffer_.data() + consumed_ + kLengthBytes,
                               length);
  absl::StatusOr<Json> json = ParseJson(text, "frame");
  absl::StatusOr<Frame> frame =
      json.ok() ? FrameFromJson(*json) : absl::StatusOr<Frame>(json.status());
  consumed_ += kLengthBytes + length;
  if (consumed_ == buffer_.size() || consumed_ > kCompactBytes) {
    buffer_.erase(0, consumed_);
    consumed_ = 0;
  }
  if (!frame.ok()) {
    broken_ = frame.status();
    return broken_;
  }
  return std::optional<Frame>(*std::move(frame));
}

}  // namespace decant
