#include "worker/ops/referenced_tensor.h"

#include <ATen/ops/equal.h>

#include <limits>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/worker/ops/fake_context.h"
#include "tests/worker/ops/noise_tensor.h"

namespace decant {
namespace {

using ::testing::HasSubstr;

TEST(ReferencedTensorTest, FindsTensorsInSourcesAndInputs) {
  FakeContext context;
  const at::Tensor a = Noise(4, 6, 1).to(at::kBFloat16);
  const at::Tensor b = Noise(3, 5, 2);
  context.AddSource("student", {{"a", a.reshape({2, 2, 6})}});
  context.AddInput("student", {{"b", b}});

  EXPECT_TRUE(at::equal(ValueOf(LoadStored(context, {"student", "", {"a"}})),
                        a.reshape({2, 2, 6})));
  EXPECT_TRUE(
      at::equal(ValueOf(LoadStored(context, {"student", "", {"a", 1, 2}})),
                a.narrow(0, 1, 2)));
  EXPECT_TRUE(
      at::equal(ValueOf(LoadStored(context, {"", "student", {"b"}})), b));
  EXPECT_TRUE(
      at::equal(ValueOf(LoadStored(context, {"", "student", {"b", 2, 1}})),
                b.narrow(0, 2, 1)));
}

TEST(ReferencedTensorTest, SaysWhatIsMissing) {
  FakeContext context;
  context.AddInput("student", {{"b", Noise(3, 5, 2)}});

  EXPECT_THAT(LoadStored(context, {"", "student", {"c"}}),
              Fails(absl::StatusCode::kNotFound, HasSubstr("c")));
  EXPECT_THAT(LoadStored(context, {"", "student", {"b", 2, 2}}),
              Fails(absl::StatusCode::kInvalidArgument, HasSubstr("it has 3")));
  EXPECT_FALSE(LoadStored(context, {"", "other", {"b"}}).ok());
  EXPECT_FALSE(LoadStored(context, {"teacher", "", {"b"}}).ok());
}

TEST(ReferencedTensorTest, RefusesNan) {
  FakeContext context;
  const at::Tensor a = Noise(4, 6, 1);
  a[2][3] = std::numeric_limits<float>::quiet_NaN();

  EXPECT_THAT(ToFloat(context, a, {"student", "", {"a.weight"}}),
              Fails(absl::StatusCode::kInvalidArgument,
                    HasSubstr("a.weight: NaN or infinity at flat index 15")));
}

}  // namespace
}  // namespace decant
