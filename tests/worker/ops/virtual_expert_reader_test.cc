#include "worker/ops/virtual_expert_reader.h"

#include <ATen/ops/equal.h>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/worker/ops/expert_checkpoint.h"
#include "tests/worker/ops/noise_tensor.h"
#include "worker/math/slerp.h"

namespace decant {
namespace {

using ::testing::HasSubstr;

TEST(VirtualExpertReaderTest, OneLayerGivesItsTopRows) {
  FakeContext context;
  const auto layers = MakeExperts(Noise);
  AddTeacher(context, layers);
  const auto checkpoint = ValueOf(context.Source("teacher"));
  VirtualExpertReader reader(*checkpoint, {.lo = TestStack(1)}, {3, 0}, 4,
                             at::kCPU);

  EXPECT_TRUE(at::equal(ValueOf(reader.Next()), layers[1][3].narrow(0, 0, 4)));
  EXPECT_TRUE(at::equal(ValueOf(reader.Next()), layers[1][0].narrow(0, 0, 4)));
  EXPECT_EQ(reader.Next().status().code(), absl::StatusCode::kOutOfRange);
}

TEST(VirtualExpertReaderTest, BetweenLayersExpertsArePairedByIndex) {
  FakeContext context;
  const auto layers = MakeExperts(Noise);
  AddTeacher(context, layers);
  const auto checkpoint = ValueOf(context.Source("teacher"));
  VirtualExpertReader reader(
      *checkpoint, {.lo = TestStack(0), .hi = TestStack(1), .weight = 0.25},
      {1, 4}, 4, at::kCPU);

  for (const size_t expert : {size_t{1}, size_t{4}}) {
    EXPECT_TRUE(
        at::equal(ValueOf(reader.Next()),
                  ValueOf(Slerp(layers[0][expert], layers[1][expert], 0.25))));
  }
}

TEST(VirtualExpertReaderTest, AntipodalExpertsAreNamed) {
  FakeContext context;
  auto layers = MakeExperts(Noise);
  layers[1][2] = layers[0][2].neg();
  AddTeacher(context, layers);
  const auto checkpoint = ValueOf(context.Source("teacher"));
  VirtualExpertReader reader(
      *checkpoint, {.lo = TestStack(0), .hi = TestStack(1), .weight = 0.5}, {2},
      4, at::kCPU);

  EXPECT_THAT(reader.Next(), Fails(absl::StatusCode::kInvalidArgument,
                                   HasSubstr("l0.2.w and l1.2.w")));
}

}  // namespace
}  // namespace decant
