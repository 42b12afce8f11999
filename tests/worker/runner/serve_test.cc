#include "worker/runner/serve.h"

#include <gmock/gmock.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "tests/worker/runner/runner_fixture.h"

namespace decant {
namespace {

using ::testing::HasSubstr;

// A runner on its own thread, and the test as its daemon.
class ServeTest : public RunnerFixture {
 protected:
  void Start() {
    int fds[2];
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    daemon_ = fds[0];
    thread_ = std::thread([this, fd = fds[1]] {
      DaemonLink link(fd, [](int) {});
      UnitRunner runner(registry_, {.numerics_class = kTestClass});
      served_ = Serve(link, runner);
    });
    EXPECT_EQ(std::get<HelloFrame>(Hear()).pid, getpid());
  }
  void Stop() {
    Tell(ByeFrame{});
    thread_.join();
    close(daemon_);
    EXPECT_TRUE(served_.ok()) << served_;
  }
  void TellRun(const UnitOrder& order, int64_t attempt) {
    Tell(RunFrame{
        .attempt = attempt, .order = order.ToJson(), .remaining_ms = 600'000});
  }
  void Tell(const Frame& frame) {
    const std::string bytes = *EncodeFrame(frame);
    ASSERT_EQ(write(daemon_, bytes.data(), bytes.size()),
              static_cast<ssize_t>(bytes.size()));
  }
  Frame Hear() {
    for (;;) {
      auto next = decoder_.Next();
      if (next.ok() && next->has_value()) return **next;
      char buffer[4096];
      const ssize_t n = read(daemon_, buffer, sizeof(buffer));
      EXPECT_GT(n, 0);
      if (n <= 0) return ByeFrame{};
      decoder_.Append(absl::string_view(buffer, static_cast<size_t>(n)));
    }
  }

  int daemon_ = -1;
  FrameDecoder decoder_;
  std::thread thread_;
  absl::Status served_;
};

TEST_F(ServeTest, UnitsAreRunOneAfterAnother) {
  AddOp("hello", [](OpContext& context) -> absl::StatusOr<UnitResult> {
    context.Progress(1, 2);
    const std::string text = context.order().spec.id;
    if (auto s = context.PublishBytes("out", text).status(); !s.ok()) return s;
    return context.Result({});
  });
  Start();
  for (int64_t attempt = 1; attempt <= 3; ++attempt) {
    UnitOrder order = Order("hello");
    order.spec.id = absl::StrCat("0/test/", attempt);
    TellRun(order, attempt);
    EXPECT_EQ(Hear(), Frame(ProgressFrame{attempt, 1, 2}));
    const auto done = std::get<DoneFrame>(Hear());
    EXPECT_EQ(done.attempt, attempt);
    EXPECT_GT(done.run_micros, 0);
    const auto result = UnitResult::FromJson(done.result);
    ASSERT_TRUE(result.ok()) << result.status();
    EXPECT_EQ(*store_->Read(result->outputs.at("out")), order.spec.id);
  }
  Stop();
}

TEST_F(ServeTest, AFailureIsReportedAndTheNextUnitRuns) {
  AddOp("fail", [](OpContext&) -> absl::StatusOr<UnitResult> {
    return absl::ResourceExhaustedError("GPU memory");
  });
  Start();
  for (int64_t attempt = 1; attempt <= 2; ++attempt) {
    TellRun(Order("fail"), attempt);
    const auto failed = std::get<FailedFrame>(Hear());
    EXPECT_EQ(failed.attempt, attempt);
    EXPECT_EQ(failed.code,
              static_cast<int64_t>(absl::StatusCode::kResourceExhausted));
    EXPECT_EQ(failed.message, "GPU memory");
  }
  Stop();
}

TEST_F(ServeTest, ALostInputAndAMissingSourceAreToldApart) {
  AddOp("input", [](OpContext& context) -> absl::StatusOr<UnitResult> {
    return context.ReadInput("in").status();
  });
  AddOp("source", [](OpContext& context) -> absl::StatusOr<UnitResult> {
    return context.Source("teacher").status();
  });
  Start();

  UnitOrder lost = Order("input");
  lost.spec.inputs = {{.name = "in", .unit = "u", .output = "out"}};
  lost.inputs["in"] = {.digest = std::string(32, '0'), .size_bytes = 3};
  TellRun(lost, 1);
  const auto lost_frame = std::get<FailedFrame>(Hear());
  EXPECT_EQ(lost_frame.lost_artifact, lost.inputs["in"].digest);
  EXPECT_FALSE(lost_frame.ineligible);

  UnitOrder missing = Order("source");
  missing.spec.sources = {"teacher"};
  missing.sources["teacher"] = MakeSource("teacher");
  ASSERT_TRUE(RemoveAll(missing.sources["teacher"].path).ok());
  TellRun(missing, 2);
  const auto missing_frame = std::get<FailedFrame>(Hear());
  EXPECT_TRUE(missing_frame.ineligible);
  EXPECT_EQ(missing_frame.lost_artifact, "");
  EXPECT_THAT(missing_frame.message, HasSubstr("teacher"));
  Stop();
}

TEST_F(ServeTest, CancellingEndsAnOpThatLooks) {
  AddOp("wait", [](OpContext& context) -> absl::StatusOr<UnitResult> {
    context.Progress(0, 1);
    while (!context.cancelled()) std::this_thread::yield();
    return context.CheckCancelled();
  });
  Start();
  TellRun(Order("wait"), 7);
  EXPECT_TRUE(std::holds_alternative<ProgressFrame>(Hear()));
  Tell(CancelFrame{.attempt = 7});
  const auto failed = std::get<FailedFrame>(Hear());
  EXPECT_EQ(failed.code, static_cast<int64_t>(absl::StatusCode::kCancelled));
  Stop();
}

TEST_F(ServeTest, AnOrderThatIsNoneFailsItsUnitOnly) {
  Start();
  Tell(RunFrame{
      .attempt = 1, .order = {{"surprise", 1}}, .remaining_ms = 600'000});
  EXPECT_EQ(std::get<FailedFrame>(Hear()).code,
            static_cast<int64_t>(absl::StatusCode::kInvalidArgument));
  Stop();
}

}  // namespace
}  // namespace decant
