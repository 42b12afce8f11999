// Frames as bytes: a 4-byte little-endian length, then that much JSON.
#ifndef DECANT_WORKER_FRAMES_FRAME_CODEC_H_
#define DECANT_WORKER_FRAMES_FRAME_CODEC_H_

#include <cstddef>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "worker/frames/frame.h"

namespace decant {

// A longer frame means that the other side is broken.
inline constexpr size_t kMaxFrameBytes = size_t{64} << 20;

// ResourceExhausted when the JSON is longer than kMaxFrameBytes.
absl::StatusOr<std::string> EncodeFrame(const Frame& frame);

// Takes bytes as they come and gives whole frames. Not thread-safe.
class FrameDecoder {
 public:
  void Append(absl::string_view bytes) {
    buffer_.append(bytes.data(), bytes.size());
  }

  // The next frame; nullopt when more bytes are needed. InvalidArgument: the
  // stream is broken, and every later call says so again.
  absl::StatusOr<std::optional<Frame>> Next();

 private:
  std::string buffer_;
  size_t consumed_ = 0;  // Bytes of buffer_ already given out.
  absl::Status broken_;
};

}  // namespace decant

#endif  // DECANT_WORKER_FRAMES_FRAME_CODEC_H_
