#include "worker/runner/daemon_link.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <future>
#include <memory>
#include <string>

namespace decant {
namespace {

// Long enough never to pass in a test that does not want it to.
constexpr int64_t kFarMs = 600'000;

class DaemonLinkTest : public testing::Test {
 protected:
  DaemonLinkTest() {
    int fds[2];
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    daemon_ = fds[0];
    link_ = std::make_unique<DaemonLink>(
        fds[1], [this](int code) { exit_code_.set_value(code); });
  }
  ~DaemonLinkTest() override {
    link_.reset();
    if (daemon_ >= 0) close(daemon_);
  }

  void Tell(const Frame& frame) { Write(*EncodeFrame(frame)); }
  void Write(const std::string& bytes) {
    ASSERT_EQ(write(daemon_, bytes.data(), bytes.size()),
              static_cast<ssize_t>(bytes.size()));
  }
  Frame Hear() {
    for (;;) {
      auto next = decoder_.Next();
      EXPECT_TRUE(next.ok()) << next.status();
      if (!next.ok()) return ByeFrame{};
      if (next->has_value()) return **next;
      char buffer[4096];
      const ssize_t n = read(daemon_, buffer, sizeof(buffer));
      EXPECT_GT(n, 0);
      if (n <= 0) return ByeFrame{};
      decoder_.Append(absl::string_view(buffer, static_cast<size_t>(n)));
    }
  }

  int daemon_ = -1;
  FrameDecoder decoder_;
  std::promise<int> exit_code_;
  std::unique_ptr<DaemonLink> link_;
};

TEST_F(DaemonLinkTest, RunsComeInOrderAndByeEndsThem) {
  Tell(RunFrame{.attempt = 1, .remaining_ms = kFarMs});
  EXPECT_EQ(link_->NextRun()->attempt, 1);
  ASSERT_TRUE(link_->FinishRun(DoneFrame{.attempt = 1}).ok());
  EXPECT_EQ(std::get<DoneFrame>(Hear()).attempt, 1);
  Tell(RunFrame{.attempt = 2, .remaining_ms = kFarMs});
  EXPECT_EQ(link_->NextRun()->attempt, 2);
  Tell(ByeFrame{});
  EXPECT_FALSE(link_->NextRun().has_value());
}

TEST_F(DaemonLinkTest, TheProcessEndsAtTheDeadline) {
  Tell(RunFrame{.attempt = 1, .remaining_ms = 30});
  EXPECT_EQ(exit_code_.get_future().get(), kExitDeadline);
}

TEST_F(DaemonLinkTest, ARenewalReplacesTheDeadline) {
  Tell(RunFrame{.attempt = 1, .remaining_ms = kFarMs});
  Tell(RenewFrame{.remaining_ms = 1});
  EXPECT_EQ(exit_code_.get_future().get(), kExitDeadline);
}

TEST_F(DaemonLinkTest, BetweenUnitsThereIsNoDeadline) {
  Tell(RunFrame{.attempt = 1, .remaining_ms = kFarMs});
  ASSERT_TRUE(link_->NextRun().has_value());
  ASSERT_TRUE(link_->FinishRun(DoneFrame{.attempt = 1}).ok());
  Tell(RenewFrame{.remaining_ms = 0});
  Tell(RunFrame{.attempt = 2, .remaining_ms = kFarMs});
  EXPECT_EQ(link_->NextRun()->attempt, 2);
  auto exited = exit_code_.get_future();
  EXPECT_EQ(exited.wait_for(std::chrono::seconds(0)),
            std::future_status::timeout);
}

TEST_F(DaemonLinkTest, TheProcessEndsWithItsDaemon) {
  close(daemon_);
  daemon_ = -1;
  EXPECT_EQ(exit_code_.get_future().get(), kExitDaemonGone);
}

TEST_F(DaemonLinkTest, ABrokenStreamEndsTheProcess) {
  Write("not a frame at all, surely");
  EXPECT_EQ(exit_code_.get_future().get(), kExitBrokenStream);
}

TEST_F(DaemonLinkTest, OnlyTheCurrentUnitIsCancelled) {
  Tell(CancelFrame{.attempt = 2});  // Too early: means nothing.
  Tell(RunFrame{.attempt = 2, .remaining_ms = kFarMs});
  ASSERT_TRUE(link_->NextRun().has_value());
  EXPECT_FALSE(link_->IsCancelled());
  Tell(CancelFrame{.attempt = 1});  // Late.
  Tell(CancelFrame{.attempt = 2});
  while (!link_->IsCancelled()) std::this_thread::yield();
  ASSERT_TRUE(link_->FinishRun(DoneFrame{.attempt = 2}).ok());
  EXPECT_FALSE(link_->IsCancelled());
}

TEST_F(DaemonLinkTest, ByeCancelsTheCurrentUnit) {
  Tell(RunFrame{.attempt = 2, .remaining_ms = kFarMs});
  ASSERT_TRUE(link_->NextRun().has_value());
  Tell(ByeFrame{});
  while (!link_->IsCancelled()) std::this_thread::yield();
}

}  // namespace
}  // namespace decant
