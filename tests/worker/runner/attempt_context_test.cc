#include "worker/runner/attempt_context.h"

#include <gmock/gmock.h>

#include <vector>

#include "tests/worker/runner/runner_fixture.h"

namespace decant {
namespace {

using ::testing::HasSubstr;

class AttemptContextTest : public RunnerFixture {
 protected:
  ArtifactRef PublishInput(UnitOrder& order, const std::string& bytes) {
    const ArtifactRef ref = *store_->PublishBytes(bytes);
    order.inputs["in"] = ref;
    return ref;
  }
  void Damage(const ArtifactRef& ref) {
    const std::string path = store_->ArtifactPath(ref.digest);
    ASSERT_TRUE(WriteFileAtomically(
                    path, std::string(static_cast<size_t>(ref.size_bytes), '!'))
                    .ok());
  }
  SourceCache sources_;
};

TEST_F(AttemptContextTest, InputsAreReadVerified) {
  UnitOrder order = Order("op");
  const ArtifactRef ref = PublishInput(order, "hello");
  AttemptContext context(order, *store_, sources_, {});
  EXPECT_EQ(*context.ReadInput("in"), "hello");
  EXPECT_EQ(*ReadFile(*context.InputPath("in")), "hello");

  Damage(ref);
  const absl::Status damaged = context.InputPath("in").status();
  EXPECT_EQ(damaged.code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(damaged.GetPayload(kLostArtifactPayload), absl::Cord(ref.digest));
}

TEST_F(AttemptContextTest, UnknownNamesAreRefusedByName) {
  const UnitOrder order = Order("op");
  AttemptContext context(order, *store_, sources_, {});
  EXPECT_THAT(context.ReadInput("gram").status().message(),
              HasSubstr("no input 'gram'"));
  EXPECT_THAT(context.Source("teacher").status().message(),
              HasSubstr("no source 'teacher'"));
  EXPECT_THAT(context.PublishBytes("sums", "x").status().message(),
              HasSubstr("no output 'sums'"));
}

TEST_F(AttemptContextTest, AMissingArtifactIsWaitedForOnlyWhereItMayAppear) {
  UnitOrder order = Order("op");
  const ArtifactRef ref = PublishInput(order, "hello");
  ASSERT_TRUE(RemoveAll(store_->ArtifactPath(ref.digest)).ok());
  int sleeps = 0;
  const auto sleep = [&](absl::Duration) {
    if (++sleeps < 3) return;
    ASSERT_TRUE(store_->PublishBytes("hello").ok());
  };

  AttemptContext local(order, *store_, sources_, {.sleep = sleep});
  const absl::Status lost = local.ReadInput("in").status();
  EXPECT_EQ(lost.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(lost.GetPayload(kLostArtifactPayload), absl::Cord(ref.digest));
  EXPECT_EQ(sleeps, 0);

  AttemptContext network(
      order, *store_, sources_,
      {.missing_artifact_wait = absl::Seconds(30), .sleep = sleep});
  EXPECT_EQ(*network.ReadInput("in"), "hello");
  EXPECT_EQ(sleeps, 3);
}

TEST_F(AttemptContextTest, WaitingForAnArtifactEndsInTime) {
  UnitOrder order = Order("op");
  const ArtifactRef ref = PublishInput(order, "hello");
  ASSERT_TRUE(RemoveAll(store_->ArtifactPath(ref.digest)).ok());
  absl::Duration slept = absl::ZeroDuration();
  AttemptContext context(order, *store_, sources_,
                         {.missing_artifact_wait = absl::Seconds(30),
                          .sleep = [&](absl::Duration d) { slept += d; }});
  EXPECT_EQ(context.InputPath("in").status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(slept, absl::Seconds(30));
}

TEST_F(AttemptContextTest, CancellingEndsTheWait) {
  UnitOrder order = Order("op");
  const ArtifactRef ref = PublishInput(order, "hello");
  ASSERT_TRUE(RemoveAll(store_->ArtifactPath(ref.digest)).ok());
  AttemptContext context(order, *store_, sources_,
                         {.missing_artifact_wait = absl::Seconds(30)},
                         {.cancelled = [] { return true; }});
  EXPECT_TRUE(absl::IsCancelled(context.ReadInput("in").status()));
}

TEST_F(AttemptContextTest, ResultHoldsWhatWasPublished) {
  UnitOrder order = Order("op");
  order.spec.outputs = {"a", "b"};
  AttemptContext context(order, *store_, sources_, {.folder = folder_});
  const std::string path = JoinPath(folder_, "a.bin");
  ASSERT_TRUE(WriteFileAtomically(path, "aaa").ok());

  const ArtifactRef a = *context.Publish("a", path);
  EXPECT_EQ(context.Result({}).status().code(), absl::StatusCode::kInternal);
  EXPECT_EQ(context.PublishBytes("a", "again").status().code(),
            absl::StatusCode::kInvalidArgument);
  const ArtifactRef b = *context.PublishBytes("b", "bb");

  const auto result = context.Result({{"kept", 3}});
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->outputs.at("a"), a);
  EXPECT_EQ(result->outputs.at("b"), b);
  EXPECT_EQ(result->summary, Json({{"kept", 3}}));
  EXPECT_FALSE(FileExists(path));
}

TEST_F(AttemptContextTest, ASourceThatChangesUnderTheOpIsFound) {
  UnitOrder order = Order("op");
  order.sources["teacher"] = MakeSource("teacher");
  AttemptContext context(order, *store_, sources_, {});
  ASSERT_TRUE(context.Source("teacher").ok());
  EXPECT_TRUE(context.CheckSourcesUnchanged().ok());

  const std::string& path = order.sources["teacher"].path;
  ASSERT_TRUE(RemoveAll(JoinPath(path, "model.safetensors")).ok());
  WriteModel(path, 2.0f);
  EXPECT_EQ(context.CheckSourcesUnchanged().code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST_F(AttemptContextTest, ProgressIsThinned) {
  const UnitOrder order = Order("op");
  int64_t reports = 0;
  AttemptContext context(order, *store_, sources_, {},
                         {.progress = [&](int64_t, int64_t) { ++reports; }});
  for (int i = 0; i < 100'000; ++i) context.Progress(i, 100'000);
  EXPECT_GE(reports, 1);
  EXPECT_LT(reports, 1'000);
}

}  // namespace
}  // namespace decant
