#include "common/base/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <thread>
#include <vector>

namespace decant {
namespace {

using ::testing::EndsWith;
using ::testing::MatchesRegex;

std::string Logged(LogLevel level, absl::string_view message) {
  testing::internal::CaptureStderr();
  Log(level, message);
  return testing::internal::GetCapturedStderr();
}

TEST(LogTest, WritesLevelTimeAndMessage) {
  EXPECT_THAT(
      Logged(LogLevel::kWarning, "disk is slow"),
      MatchesRegex("W[0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3} disk is "
                   "slow\n"));
}

TEST(LogTest, ControlCharactersCannotForgeALineOrReachTheTerminal) {
  EXPECT_THAT(Logged(LogLevel::kInfo, "a\nE1 b\x1b[31m\r\x7f"),
              EndsWith(" a\\nE1 b\\x1b[31m\\x0d\\x7f\n"));
  EXPECT_THAT(Logged(LogLevel::kInfo, "\xc2\x9b"), EndsWith("\\xc2\x9b\n"));
  EXPECT_THAT(Logged(LogLevel::kInfo, "é 語"), EndsWith(" é 語\n"));
}

TEST(LogTest, LinesBelowTheMinimumAreDropped) {
  SetMinimumLogLevel(LogLevel::kError);
  EXPECT_EQ(Logged(LogLevel::kWarning, "quiet"), "");
  EXPECT_THAT(Logged(LogLevel::kError, "loud"), EndsWith("loud\n"));
  SetMinimumLogLevel(LogLevel::kInfo);
}

TEST(LogTest, LinesOfSeveralThreadsDoNotMix) {
  testing::internal::CaptureStderr();
  const std::string message(200, 'm');
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&message] {
      for (int i = 0; i < 50; ++i) Log(LogLevel::kInfo, message);
    });
  }
  for (std::thread& thread : threads) thread.join();
  const std::string text = testing::internal::GetCapturedStderr();
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 200);
  EXPECT_EQ(text.size(), 200u * std::string("I1121 04:15:05.123 \n").size() +
                             200u * message.size());
}

}  // namespace
}  // namespace decant
