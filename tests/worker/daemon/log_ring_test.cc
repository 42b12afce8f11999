#include "worker/daemon/log_ring.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

namespace decant {
namespace {

TEST(LogRingTest, KeepsTheNewestWholeLines) {
  LogRing ring(/*capacity_bytes=*/100);
  for (int i = 0; i < 1'000; ++i) ring.Append(absl::StrCat("line ", i, "\n"));
  const std::string text = ring.Text();
  EXPECT_LE(text.size(), 100u);
  EXPECT_GE(text.size(), 80u);
  EXPECT_EQ(text.substr(0, 5), "line ");
  EXPECT_EQ(text.substr(text.size() - 9), "line 999\n");
}

TEST(LogRingTest, TailCountsLines) {
  LogRing ring;
  EXPECT_EQ(ring.Tail(2), "");
  ring.Append("a\nb\n");
  EXPECT_EQ(ring.Tail(1), "b\n");
  EXPECT_EQ(ring.Tail(2), "a\nb\n");
  EXPECT_EQ(ring.Tail(3), "a\nb\n");
  ring.Append("cut");
  EXPECT_EQ(ring.Tail(2), "b\ncut");
  ring.Clear();
  EXPECT_EQ(ring.Tail(1), "");
}

TEST(LogRingTest, OneEndlessLineIsCut) {
  LogRing ring(/*capacity_bytes=*/100);
  for (int i = 0; i < 1'000; ++i) ring.Append("xxxxxxxxxx");
  EXPECT_EQ(ring.Text(), std::string(100, 'x'));
  EXPECT_EQ(ring.Tail(50, 10), std::string(10, 'x'));
}

}  // namespace
}  // namespace decant
