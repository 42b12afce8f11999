#include "worker/frames/frame_codec.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

namespace decant {
namespace {

std::string Encoded(const Frame& frame) {
  absl::StatusOr<std::string> bytes = EncodeFrame(frame);
  return bytes.ok() ? *bytes : "";
}

std::vector<Frame> ThreeFrames() {
  return {ProgressFrame{.attempt = 1, .done = 2, .total = 3},
          CancelFrame{.attempt = 9},
          FailedFrame{.attempt = 1, .code = 13, .message = "line\n\"quoted\""}};
}

// All frames that come out when `bytes` arrive in pieces of `piece`.
std::vector<Frame> DecodeInPieces(const std::string& bytes, size_t piece) {
  FrameDecoder decoder;
  std::vector<Frame> frames;
  for (size_t at = 0; at < bytes.size(); at += piece) {
    decoder.Append(absl::string_view(bytes).substr(at, piece));
    for (;;) {
      absl::StatusOr<std::optional<Frame>> next = decoder.Next();
      if (!next.ok() || !next->has_value()) break;
      frames.push_back(**std::move(next));
    }
  }
  return frames;
}

TEST(FrameCodecTest, FramesArriveWholeHoweverTheBytesAreCut) {
  std::string bytes;
  for (const Frame& frame : ThreeFrames()) bytes += Encoded(frame);
  for (size_t piece = 1; piece <= bytes.size(); ++piece) {
    EXPECT_EQ(DecodeInPieces(bytes, piece), ThreeFrames()) << piece;
  }
}

TEST(FrameCodecTest, ManyFramesInOneAppendAreAllGiven) {
  const Frame frame = ProgressFrame{.attempt = 1, .done = 2, .total = 3};
  std::string bytes;
  for (int i = 0; i < 5'000; ++i) bytes += Encoded(frame);
  EXPECT_EQ(DecodeInPieces(bytes, bytes.size()).size(), 5'000u);
}

TEST(FrameCodecTest, ALengthBeyondTheCapBreaksTheStreamForGood) {
  FrameDecoder decoder;
  decoder.Append(absl::string_view("\x01\x00\x00\x04", 4));  // 64 MiB + 1.
  EXPECT_EQ(decoder.Next().status().code(), absl::StatusCode::kInvalidArgument);
  decoder.Append(Encoded(ByeFrame{}));
  EXPECT_FALSE(decoder.Next().ok());
}

TEST(FrameCodecTest, AnOversizedFrameIsNotWritten) {
  const FailedFrame huge = {.code = 13,
                            .message = std::string(kMaxFrameBytes, 'x')};
  EXPECT_EQ(EncodeFrame(huge).status().code(),
            absl::StatusCode::kResourceExhausted);
}

TEST(FrameCodecTest, ALengthOfZeroIsNoFrame) {
  FrameDecoder decoder;
  decoder.Append(absl::string_view("\0\0\0\0", 4));
  EXPECT_FALSE(decoder.Next().ok());
}

// Damaged streams may give frames or an error, but never anything else, and
// after an error nothing more.
TEST(FrameCodecTest, DamagedStreamsEndInAnErrorOrFrames) {
  std::string good;
  for (const Frame& frame : ThreeFrames()) good += Encoded(frame);
  std::mt19937 random(20'251);
  int broken = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes = good;
    const size_t num_changes = 1 + random() % 3;
    for (size_t i = 0; i < num_changes; ++i) {
      bytes[random() % bytes.size()] = static_cast<char>(random());
    }
    FrameDecoder decoder;
    decoder.Append(bytes);
    size_t given = 0;
    for (;;) {
      const absl::StatusOr<std::optional<Frame>> next = decoder.Next();
      if (!next.ok()) {
        EXPECT_EQ(next.status().code(), absl::StatusCode::kInvalidArgument);
        EXPECT_FALSE(decoder.Next().ok());
        ++broken;
        break;
      }
      if (!next->has_value()) break;
      ++given;
    }
    EXPECT_LE(given, 3u);
  }
  EXPECT_GT(broken, 5'000);
}

}  // namespace
}  // namespace decant
