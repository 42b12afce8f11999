#include "worker/ops/merge_stages.h"

#include <ATen/ops/equal.h>
#include <ATen/ops/zeros.h>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/common/base/status_matchers.h"
#include "tests/worker/ops/noise_tensor.h"

namespace decant {
namespace {

MergeParams Params() {
  MergeParams params;
  params.name = "w";
  params.dtype = DType::kF32;
  params.covered_rows = 4;
  params.covered_columns = 6;
  params.align_side = "none";
  return params;
}

// The transposed rotation of published code gives another A.
TEST(MergeStagesTest, AlignmentFindsAPlantedRotationAndNotItsTranspose) {
  MergeParams params = Params();
  params.align_side = "right";
  const at::Tensor student = Noise(4, 6, 1);
  // A cyclic shift of the columns is a rotation far from its own transpose.
  const at::Tensor teacher = student.roll({2}, {1});

  const Change change = ValueOf(AlignedChange(params, teacher, student));

  EXPECT_LT(change.summary["delta_norm_aligned"].get<double>(), 1e-5);
  EXPECT_GT(change.summary["delta_norm_raw"].get<double>(), 1);
}

// Least squares instead of a rotation would make every wide teacher equal to
// the student: no change at all.
TEST(MergeStagesTest, AlignmentKeepsTheTeachersNorm) {
  MergeParams params = Params();
  params.align_side = "right";
  const at::Tensor student = Noise(4, 6, 1);
  const at::Tensor teacher = Noise(4, 6, 2).mul(3);

  const Change change = ValueOf(AlignedChange(params, teacher, student));

  EXPECT_NEAR(change.delta_OI.add(student).norm().item<double>(),
              teacher.norm().item<double>(), 1e-4);
  EXPECT_GT(change.summary["delta_norm_aligned"].get<double>(), 1);
}

TEST(MergeStagesTest, UncoveredEnergyIsTheShareOutsideTheBlock) {
  MergeParams params = Params();
  params.covered_rows = 3;
  params.covered_columns = 2;
  const at::Tensor teacher = Noise(4, 6, 2);
  const at::Tensor student = at::zeros({4, 6});

  const Change change = ValueOf(AlignedChange(params, teacher, student));

  const double inside =
      teacher.narrow(0, 0, 3).narrow(1, 0, 2).square().sum().item<double>();
  const double all = teacher.square().sum().item<double>();
  EXPECT_NEAR(change.summary["uncovered_energy"].get<double>(),
              1 - inside / all, 1e-6);
}

TEST(MergeStagesTest, KeepsTheRoundedCountOfElements) {
  // 24 elements at drop 0.8: nearbyint(4.8) = 5.
  MergeParams params = Params();
  params.drop = 0.8;
  Change change;
  change.delta_OI = Noise(4, 6, 3);

  ASSERT_THAT(SparsifyChange(params, change), IsOk());

  EXPECT_EQ(change.summary["kept_elements"], 5);
  EXPECT_EQ(change.delta_OI.ne(0).sum().item<int64_t>(), 5);
}

TEST(MergeStagesTest, AlphaOverRankIsAppliedOnce) {
  for (const int64_t rank : {2, 4, 9}) {
    MergeParams params = Params();
    params.lora_rank = rank;
    params.lora_alpha = 3;
    // Of rank 1, so that every rank keeps all of it.
    const at::Tensor delta = Noise(4, 1, 4).matmul(Noise(1, 6, 5));
    Change change;
    change.delta_OI = delta;

    ASSERT_THAT(ReduceRank(params, change), IsOk());
    const at::Tensor zero = at::zeros({4, 6});
    const at::Tensor merged = ValueOf(MergeChange(params, zero, change));

    EXPECT_LT(WorstError(merged, delta.mul(3.0 / static_cast<double>(rank))),
              1e-5)
        << rank;
  }
}

TEST(MergeStagesTest, ChangesBelowHalfAnUlpAreNotCounted) {
  MergeParams params = Params();
  params.dtype = DType::kBF16;
  const at::Tensor student = Pattern(4, 6, 1).add(4).to(at::kBFloat16);
  Change change;
  change.delta_OI = student.to(at::kFloat).mul(1e-4);

  const at::Tensor merged = ValueOf(MergeChange(params, student, change));

  EXPECT_TRUE(at::equal(merged, student));
  EXPECT_EQ(change.summary["changed_fraction"], 0.0);
}

}  // namespace
}  // namespace decant
