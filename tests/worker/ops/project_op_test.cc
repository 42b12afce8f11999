#include "worker/ops/project_op.h"

#include <ATen/ops/diag.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/linalg_svd.h>
#include <ATen/ops/zeros.h>

#include <limits>
#include <vector>

#include "common/ops/project_params.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/worker/ops/expert_checkpoint.h"
#include "tests/worker/ops/noise_tensor.h"

namespace decant {
namespace {

using ::testing::HasSubstr;

ProjectParams Params(VirtualStack stack, int64_t begin, int64_t end) {
  ProjectParams params;
  params.experts = std::move(stack);
  params.position_begin = begin;
  params.position_end = end;
  params.out_rows = 4;
  params.out_columns = 20;  // Wider than the teacher.
  params.name = "student.w";
  return params;
}

// The published projection of one expert, in fp64.
at::Tensor NaiveProjection(const at::Tensor& expert, int64_t rank) {
  const auto [u, s, vh] =
      at::linalg_svd(expert.to(at::kDouble), /*full_matrices=*/false);
  const at::Tensor best = u.narrow(1, 0, rank)
                              .matmul(at::diag(s.narrow(0, 0, rank)))
                              .matmul(vh.narrow(0, 0, rank));
  return best.narrow(0, 0, 4);
}

// Naive SLERP, in fp64.
at::Tensor NaiveSlerp(const at::Tensor& lo, const at::Tensor& hi, double w) {
  const at::Tensor a = lo.to(at::kDouble);
  const at::Tensor b = hi.to(at::kDouble);
  const double norm_a = a.norm().item<double>();
  const double norm_b = b.norm().item<double>();
  const double angle =
      std::acos(a.mul(b).sum().item<double>() / (norm_a * norm_b));
  return a.mul(std::sin((1 - w) * angle) / norm_a)
      .add(b.mul(std::sin(w * angle) / norm_b))
      .mul(((1 - w) * norm_a + w * norm_b) / std::sin(angle));
}

TEST(ProjectOpTest, WithoutRankItIsTheExactSumOfCrops) {
  FakeContext context;
  const auto layers = MakeExperts(Pattern);
  AddTeacher(context, layers);

  const auto result = MakeProjectOp()->Run(
      context, Params({.lo = TestStack(0)}, 1, 4).ToJson());

  ASSERT_THAT(result, IsOk());
  at::Tensor want = at::zeros({4, kExpertColumns}, at::kDouble);
  for (size_t e = 1; e < 4; ++e) want.add_(layers[0][e].narrow(0, 0, 4));
  EXPECT_TRUE(at::equal(context.OutputTensor("partial", "sum"), want));
  EXPECT_EQ(result->summary["num_experts"], 3);
  EXPECT_EQ(result->summary["energy_kept"], 1.0);
}

TEST(ProjectOpTest, TakesPositionsOfTheSelection) {
  FakeContext context;
  const auto layers = MakeExperts(Pattern);
  AddTeacher(context, layers);
  context.AddInputBytes("selection", R"({"selected":[0,3,4]})");
  ProjectParams params = Params({.lo = TestStack(0)}, 1, 3);
  params.use_selection = true;

  ASSERT_THAT(MakeProjectOp()->Run(context, params.ToJson()), IsOk());

  EXPECT_TRUE(at::equal(
      context.OutputTensor("partial", "sum"),
      layers[0][3].add(layers[0][4]).narrow(0, 0, 4).to(at::kDouble)));
}

TEST(ProjectOpTest, CutsEachVirtualExpertToItsRank) {
  FakeContext context;
  const auto layers = MakeExperts(Noise);
  AddTeacher(context, layers);
  ProjectParams params = Params(
      {.lo = TestStack(0), .hi = TestStack(1), .weight = 0.3}, 0, kNumExperts);
  params.rank = 3;

  const auto result = MakeProjectOp()->Run(context, params.ToJson());

  ASSERT_THAT(result, IsOk());
  at::Tensor want = at::zeros({4, kExpertColumns}, at::kDouble);
  for (size_t e = 0; e < kNumExperts; ++e) {
    want.add_(NaiveProjection(NaiveSlerp(layers[0][e], layers[1][e], 0.3), 3));
  }
  EXPECT_LT(WorstError(context.OutputTensor("partial", "sum"), want), 1e-5);
  const double energy = result->summary["energy_kept"].get<double>();
  EXPECT_GT(energy, 0.5);
  EXPECT_LT(energy, 1);
}

TEST(ProjectOpTest, PartialSumsOfPositionsAddUp) {
  const auto layers = MakeExperts(Noise);
  at::Tensor sum = at::zeros({4, kExpertColumns}, at::kDouble);
  for (int64_t position = 0; position < kNumExperts; ++position) {
    FakeContext context;
    AddTeacher(context, layers);
    ProjectParams params = Params({.lo = TestStack(0)}, position, position + 1);
    params.rank = 2;
    ASSERT_THAT(MakeProjectOp()->Run(context, params.ToJson()), IsOk());
    sum.add_(context.OutputTensor("partial", "sum"));
  }
  FakeContext context;
  AddTeacher(context, layers);
  ProjectParams params = Params({.lo = TestStack(0)}, 0, kNumExperts);
  params.rank = 2;

  ASSERT_THAT(MakeProjectOp()->Run(context, params.ToJson()), IsOk());

  EXPECT_TRUE(at::equal(context.OutputTensor("partial", "sum"), sum));
}

TEST(ProjectOpTest, RefusesBadSelectionsAndNan) {
  auto layers = MakeExperts(Noise);
  layers[0][2][0][1] = std::numeric_limits<float>::quiet_NaN();
  ProjectParams params = Params({.lo = TestStack(0)}, 0, 2);
  params.use_selection = true;
  const struct {
    const char* selection;
    const char* reason;
  } kCases[] = {{R"({"selected":[0]})", "beyond the 1 selected"},
                {R"({"selected":[0,5]})", "the layer has 5"},
                {R"({"selected":["0",1]})", "selection names"},
                {R"({"experts":[0,1]})", "selected"},
                {"[", "selection"},
                {R"({"selected":[1,2]})", "l0.2.w: NaN or infinity"}};
  for (const auto& c : kCases) {
    FakeContext context;
    AddTeacher(context, layers);
    context.AddInputBytes("selection", c.selection);
    EXPECT_THAT(MakeProjectOp()->Run(context, params.ToJson()),
                Fails(absl::StatusCode::kInvalidArgument, HasSubstr(c.reason)))
        << c.selection;
  }
}

}  // namespace
}  // namespace decant
