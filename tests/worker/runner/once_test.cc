#include "worker/runner/once.h"

#include <gmock/gmock.h>

#include "tests/worker/runner/runner_fixture.h"

namespace decant {
namespace {

using ::testing::HasSubstr;

class OnceTest : public RunnerFixture {
 protected:
  absl::StatusOr<UnitResult> RunText(const std::string& text) {
    const std::string path = JoinPath(folder_, "unit.json");
    EXPECT_TRUE(WriteFileAtomically(path, text).ok());
    return RunOnce(path, registry_, {.numerics_class = kTestClass});
  }
};

TEST_F(OnceTest, AnOrderByHandMayLeaveOutClassAndKey) {
  AddOp("hello", [](OpContext& context) -> absl::StatusOr<UnitResult> {
    EXPECT_EQ(context.order().numerics_class, kTestClass);
    EXPECT_EQ(context.order().action_key.size(), 64u);
    if (auto s = context.PublishBytes("out", "x").status(); !s.ok()) return s;
    return context.Result({{"said", "hello"}});
  });
  Json json = Order("hello").ToJson();
  json.erase("numerics_class");
  json.erase("action_key");
  const auto result = RunText(json.dump());
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->summary["said"], "hello");
}

TEST_F(OnceTest, BadFilesAreRefusedInOneLine) {
  EXPECT_EQ(RunOnce("/no/such/unit.json", registry_, {}).status().code(),
            absl::StatusCode::kNotFound);
  for (const char* text : {"", "[]", "{", "{\"job_id\": 3}"}) {
    const absl::Status status = RunText(text).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
    EXPECT_THAT(status.message(), Not(HasSubstr("\n")));
  }
}

TEST_F(OnceTest, DescribeListsTheOps) {
  AddOp("hello",
        [](OpContext&) -> absl::StatusOr<UnitResult> { return UnitResult{}; });
  const Json described = Describe(registry_, "class-1");
  EXPECT_EQ(described["numerics_class"], "class-1");
  EXPECT_EQ(described["ops"], Json({{"hello", 1}}));
  EXPECT_TRUE(described["cuda_devices"].is_array());
}

TEST_F(OnceTest, ExitCodesFollowTheError) {
  EXPECT_EQ(ExitCodeOf(absl::OkStatus()), 0);
  EXPECT_EQ(ExitCodeOf(absl::InternalError("")), 1);
  EXPECT_EQ(ExitCodeOf(absl::InvalidArgumentError("")), 2);
  EXPECT_EQ(ExitCodeOf(absl::NotFoundError("")), 3);
  EXPECT_EQ(ExitCodeOf(absl::PermissionDeniedError("")), 4);
  EXPECT_EQ(ExitCodeOf(absl::UnavailableError("")), 5);
  EXPECT_EQ(ExitCodeOf(absl::CancelledError("")), 7);
}

}  // namespace
}  // namespace decant
