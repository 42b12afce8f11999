#include "worker/ops/select_op.h"

#include <ATen/ops/eye.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/zeros.h>

#include "absl/strings/str_cat.h"
#include "common/ops/fingerprint_params.h"
#include "common/ops/select_params.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/worker/ops/expert_checkpoint.h"
#include "tests/worker/ops/noise_tensor.h"
#include "worker/math/slerp.h"
#include "worker/ops/fingerprint_op.h"

namespace decant {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Json Params(int64_t count, double weight) {
  return SelectParams{
      .num_experts = kNumExperts, .count = count, .weight = weight}
      .ToJson();
}

// Distances of whole fingerprints [E, D] to their mean, in fp64.
at::Tensor NaiveDistances(const at::Tensor& x_ED) {
  return x_ED.sub(x_ED.mean(0, /*keepdim=*/true)).square().sum(1).sqrt();
}

void ExpectDistances(const Json& selection, const at::Tensor& want) {
  for (int64_t e = 0; e < kNumExperts; ++e) {
    EXPECT_NEAR(selection["distances"][static_cast<size_t>(e)].get<double>(),
                want[e].item<double>(), 1e-9);
  }
}

TEST(SelectOpTest, FindsTheNearestOfAVirtualLayerThroughFingerprints) {
  constexpr double kWeight = 0.375;
  const char* kinds[] = {"gate", "up", "down"};
  FakeContext context;
  std::vector<std::vector<at::Tensor>> virtual_parts(kNumExperts);
  for (int64_t kind = 0; kind < 3; ++kind) {
    const auto layers =
        MakeExperts([&](int64_t rows, int64_t columns, int64_t seed) {
          return Noise(rows, columns, 1000 * kind + seed);
        });
    for (size_t e = 0; e < kNumExperts; ++e) {
      virtual_parts[e].push_back(
          ValueOf(Slerp(layers[0][e].to(at::kDouble),
                        layers[1][e].to(at::kDouble), kWeight))
              .flatten());
    }
    // Two units a kind, split at row 2.
    for (int64_t block = 0; block < 2; ++block) {
      FakeContext unit;
      AddTeacher(unit, layers);
      FingerprintParams params;
      params.experts = {.lo = TestStack(0), .hi = TestStack(1), .weight = 0.9};
      params.row_begin = block == 0 ? 0 : 2;
      params.row_end = block == 0 ? 2 : kExpertRows;
      ASSERT_THAT(MakeFingerprintOp()->Run(unit, params.ToJson()), IsOk());
      context.AddInputFrom(absl::StrCat(kinds[kind], ".", block), unit, "gram");
    }
  }

  const auto result = MakeSelectOp()->Run(context, Params(2, kWeight));

  ASSERT_THAT(result, IsOk());
  std::vector<at::Tensor> rows;
  for (const auto& parts : virtual_parts) {
    rows.push_back(at::cat({parts[0], parts[1], parts[2]}));
  }
  const at::Tensor want = NaiveDistances(at::stack(rows).to(at::kDouble));
  const Json selection = context.OutputJson("selection");
  // The test's own SLERP stores fp32, so it is compared to that precision.
  for (int64_t e = 0; e < kNumExperts; ++e) {
    EXPECT_NEAR(selection["distances"][static_cast<size_t>(e)].get<double>(),
                want[e].item<double>(), 1e-5);
  }
  const at::Tensor order = want.argsort();
  std::vector<int64_t> nearest = {order[0].item<int64_t>(),
                                  order[1].item<int64_t>()};
  std::sort(nearest.begin(), nearest.end());
  EXPECT_EQ(selection["selected"].get<std::vector<int64_t>>(), nearest);
  EXPECT_EQ(result->summary["num_selected"], 2);
}

TEST(SelectOpTest, OneLayerReadsOneGramAndTiesGoToTheLowerIndex) {
  FakeContext context;
  // Orthogonal experts of equal norm: all are equally far.
  const at::Tensor gram = at::eye(kNumExperts, at::kDouble);
  for (const char* kind : {"gate.0", "up.0", "down.0"}) {
    context.AddInput(kind, {{"gram_lo", gram}});
  }

  const auto result = MakeSelectOp()->Run(context, Params(3, 0));

  ASSERT_THAT(result, IsOk());
  EXPECT_THAT(context.OutputJson("selection")["selected"],
              ElementsAre(0, 1, 2));
  ExpectDistances(
      context.OutputJson("selection"),
      NaiveDistances(at::eye(kNumExperts, at::kDouble)).mul(std::sqrt(3.0)));
  EXPECT_NEAR(result->summary["centroid_norm_ratio"].get<double>(),
              1 / std::sqrt(5.0), 1e-12);
}

TEST(SelectOpTest, RefusesInputsItDoesNotUnderstand) {
  const at::Tensor gram = at::eye(kNumExperts, at::kDouble);
  FakeContext missing;
  missing.AddInput("gate.0", {{"gram_lo", gram}});
  EXPECT_THAT(MakeSelectOp()->Run(missing, Params(3, 0)),
              Fails(absl::StatusCode::kInvalidArgument, HasSubstr("up.0")));

  FakeContext gap;
  for (const char* input : {"gate.0", "up.0", "down.0", "down.2"}) {
    gap.AddInput(input, {{"gram_lo", gram}});
  }
  EXPECT_THAT(MakeSelectOp()->Run(gap, Params(3, 0)),
              Fails(absl::StatusCode::kInvalidArgument, HasSubstr("4 inputs")));

  FakeContext shape;
  for (const char* input : {"gate.0", "up.0", "down.0"}) {
    shape.AddInput(input, {{"gram_lo", at::zeros({3, 3}, at::kDouble)}});
  }
  EXPECT_THAT(MakeSelectOp()->Run(shape, Params(3, 0)),
              Fails(absl::StatusCode::kInvalidArgument, HasSubstr("5 x 5")));
}

}  // namespace
}  // namespace decant
