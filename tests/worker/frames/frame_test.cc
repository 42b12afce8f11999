#include "worker/frames/frame.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace decant {
namespace {

using ::testing::HasSubstr;

std::vector<Frame> OneOfEach() {
  return {
      HelloFrame{.pid = 42},
      RunFrame{.attempt = 3,
               .order = {{"job_id", "j"}, {"epoch", 7}},
               .remaining_ms = 50'000},
      RenewFrame{.remaining_ms = 1},
      CancelFrame{.attempt = 3},
      ProgressFrame{.attempt = 3, .done = 4, .total = 9},
      DoneFrame{.attempt = 3, .result = {{"outputs", {}}}, .run_micros = 12},
      FailedFrame{.attempt = 3,
                  .code = 5,
                  .message = "tensor 'x' is missing",
                  .lost_artifact = "00ff",
                  .ineligible = true,
                  .run_micros = 8},
      ByeFrame{}};
}

TEST(FrameTest, EveryFrameSurvivesItsJson) {
  for (Frame frame : OneOfEach()) {
    if (auto* done = std::get_if<DoneFrame>(&frame)) {
      done->result = {{"outputs", Json::object()}};
    }
    const absl::StatusOr<Frame> read = FrameFromJson(FrameToJson(frame));
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_EQ(*read, frame) << FrameToJson(frame);
  }
}

TEST(FrameTest, AMissingFieldIsRefused) {
  for (const Frame& frame : OneOfEach()) {
    const Json whole = FrameToJson(frame);
    for (const auto& [key, value] : whole.items()) {
      Json less = whole;
      less.erase(key);
      EXPECT_FALSE(FrameFromJson(less).ok()) << less;
    }
  }
}

TEST(FrameTest, AnUnknownFieldOrTypeIsRefused) {
  for (const Frame& frame : OneOfEach()) {
    Json more = FrameToJson(frame);
    more["surprise"] = 1;
    EXPECT_THAT(FrameFromJson(more).status().message(), HasSubstr("surprise"));
  }
  EXPECT_THAT(FrameFromJson({{"type", "dance"}}).status().message(),
              HasSubstr("dance"));
}

TEST(FrameTest, WrongTypesAreRefused) {
  const Json kBad[] = {
      Json::array(),
      Json(3),
      {{"type", 3}},
      {{"type", "cancel"}, {"attempt", "3"}},
      {{"type", "run"}, {"attempt", 1}, {"order", 3}, {"remaining_ms", 1}},
      {{"type", "hello"}, {"protocol", 1.5}, {"pid", 1}}};
  for (const Json& bad : kBad) {
    EXPECT_EQ(FrameFromJson(bad).status().code(),
              absl::StatusCode::kInvalidArgument)
        << bad;
  }
}

TEST(FrameTest, AFailureNeedsAnErrorCode) {
  Json json = FrameToJson(FailedFrame{.attempt = 1, .code = 5});
  json["code"] = 0;
  EXPECT_FALSE(FrameFromJson(json).ok());
  json["code"] = 17;
  EXPECT_FALSE(FrameFromJson(json).ok());
}

}  // namespace
}  // namespace decant
