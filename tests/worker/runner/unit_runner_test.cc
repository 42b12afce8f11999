#include "worker/runner/unit_runner.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>

#include <new>
#include <stdexcept>

#include "tests/worker/runner/runner_fixture.h"

namespace decant {
namespace {

using ::testing::HasSubstr;

class UnitRunnerTest : public RunnerFixture {
 protected:
  absl::StatusOr<UnitResult> Run(const UnitOrder& order) {
    return UnitRunner(registry_, {.numerics_class = kTestClass})
        .Run(order, AttemptHooks());
  }
  void AddPublishingOp() {
    AddOp("publish", [](OpContext& context) -> absl::StatusOr<UnitResult> {
      const std::string path = JoinPath(context.folder(), "out.bin");
      if (auto s = WriteFileAtomically(path, "made"); !s.ok()) return s;
      if (auto s = context.Publish("out", path).status(); !s.ok()) return s;
      return context.Result({{"count", 1}});
    });
  }
};

TEST_F(UnitRunnerTest, ResultIsRecordedUnderItsActionKey) {
  AddPublishingOp();
  const UnitOrder order = Order("publish");
  const auto result = Run(order);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(*store_->Read(result->outputs.at("out")), "made");
  EXPECT_EQ(store_->ReadResult(order.action_key), result->ToJson());
}

TEST_F(UnitRunnerTest, AnUncacheableResultIsNotRecorded) {
  AddPublishingOp();
  UnitOrder order = Order("publish");
  order.spec.cacheable = false;
  ASSERT_TRUE(Run(order).ok());
  EXPECT_FALSE(store_->ReadResult(order.action_key).has_value());
}

TEST_F(UnitRunnerTest, NothingIsLeftInTheAttemptFolder) {
  std::string folder;
  AddOp("litter", [&](OpContext& context) -> absl::StatusOr<UnitResult> {
    folder = context.folder();
    EXPECT_TRUE(IsFolder(folder));
    EXPECT_TRUE(WriteFileAtomically(JoinPath(folder, "scratch"), "x").ok());
    return absl::InvalidArgumentError("tensor 'w' holds NaN");
  });
  const absl::Status status = Run(Order("litter")).status();
  EXPECT_EQ(status.message(), "tensor 'w' holds NaN");
  EXPECT_FALSE(FileExists(folder));
}

TEST_F(UnitRunnerTest, WrongOrdersAreRefusedBeforeAnythingRuns) {
  AddPublishingOp();
  UnitOrder unknown = Order("publihs");
  EXPECT_THAT(Run(unknown).status().message(), HasSubstr("'publish'"));
  UnitOrder newer = Order("publish");
  newer.spec.op_version = 2;
  EXPECT_THAT(Run(newer).status().message(), HasSubstr("version 2"));
  UnitOrder foreign = Order("publish");
  foreign.numerics_class = "cuda-sm90";
  EXPECT_THAT(Run(foreign).status().message(), HasSubstr("cuda-sm90"));
  foreign.spec.portable = true;
  EXPECT_TRUE(Run(foreign).ok());
}

TEST_F(UnitRunnerTest, ExceptionsOfAnOpBecomeAStatus) {
  struct Case {
    std::function<void()> thrower;
    absl::StatusCode code;
  };
  const Case kCases[] = {
      {[] {
         at::ones({2, 3}).matmul(at::ones({2, 3}));
       },
       absl::StatusCode::kInternal},
      {[] { throw std::bad_alloc(); }, absl::StatusCode::kResourceExhausted},
      {[] { at::empty({int64_t{1} << 60}); },
       absl::StatusCode::kResourceExhausted},
      {[] { throw std::runtime_error("odd"); }, absl::StatusCode::kInternal},
  };
  for (const Case& c : kCases) {
    AddOp("throw", [&](OpContext&) -> absl::StatusOr<UnitResult> {
      c.thrower();
      return absl::UnknownError("did not throw");
    });
    const absl::Status status = Run(Order("throw")).status();
    EXPECT_EQ(status.code(), c.code) << status;
    EXPECT_THAT(status.message(), HasSubstr("0/test/unit"));
  }
}

TEST_F(UnitRunnerTest, OutputsMustBeThoseDeclared) {
  AddOp("bare",
        [](OpContext&) -> absl::StatusOr<UnitResult> { return UnitResult{}; });
  EXPECT_EQ(Run(Order("bare")).status().code(), absl::StatusCode::kInternal);
}

TEST_F(UnitRunnerTest, ASourceChangedWhileTheOpRanSpoilsTheResult) {
  UnitOrder order = Order("change");
  order.spec.sources = {"teacher"};
  order.sources["teacher"] = MakeSource("teacher");
  const std::string path = order.sources["teacher"].path;
  AddOp("change", [&](OpContext& context) -> absl::StatusOr<UnitResult> {
    if (auto s = context.Source("teacher").status(); !s.ok()) return s;
    EXPECT_TRUE(RemoveAll(JoinPath(path, "model.safetensors")).ok());
    WriteModel(path, 2.0f);
    if (auto s = context.PublishBytes("out", "x").status(); !s.ok()) return s;
    return context.Result({});
  });
  const absl::Status status = Run(order).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
  EXPECT_THAT(status.message(), HasSubstr("model.safetensors"));
  EXPECT_FALSE(store_->ReadResult(order.action_key).has_value());
}

}  // namespace
}  // namespace decant
