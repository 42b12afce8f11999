#include "worker/ops/merge_op.h"

#include <ATen/ops/equal.h>
#include <ATen/ops/zeros.h>

#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "common/ops/merge_params.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/worker/ops/fake_context.h"
#include "tests/worker/ops/naive_merge.h"
#include "tests/worker/ops/noise_tensor.h"

namespace decant {
namespace {

using ::testing::HasSubstr;

constexpr int64_t kRows = 24;
constexpr int64_t kColumns = 40;
constexpr int64_t kCoveredRows = 18;

// Student 24 x 40; the teacher offers the sum of 3 experts, 18 x 40.
MergeParams BlendParams() {
  MergeParams params;
  params.name = "model.layers.0.mlp.gate_proj.weight";
  params.student = {"student", "", {params.name}};
  params.dtype = DType::kF32;
  params.blend_count = 3;
  params.num_partials = 2;
  params.covered_rows = kCoveredRows;
  params.covered_columns = kColumns;
  params.drop = 0.6;
  params.seed = 5;
  return params;
}

struct Blend {
  Blend() {
    context.AddSource("student", {{BlendParams().name, student}});
    context.AddInput("partial.0", {{"sum", partials[0]}});
    context.AddInput("partial.1", {{"sum", partials[1]}});
  }
  absl::StatusOr<UnitResult> Run(const MergeParams& params) {
    return MakeMergeOp()->Run(context, params.ToJson());
  }
  at::Tensor Projected() const { return partials[0].add(partials[1]).div(3.0); }
  at::Tensor Merged() const {
    return context.OutputTensor("tensor", BlendParams().name);
  }

  const at::Tensor student = Noise(kRows, kColumns, 1);
  const at::Tensor partials[2] = {
      Noise(kCoveredRows, kColumns, 2).to(at::kDouble),
      Noise(kCoveredRows, kColumns, 3).to(at::kDouble)};
  FakeContext context;
};

using Change = std::function<void(MergeParams&)>;

const std::vector<std::pair<const char*, Change>>& Options() {
  static const auto* const kOptions =
      new std::vector<std::pair<const char*, Change>>{
          {"published", [](MergeParams&) {}},
          {"left", [](MergeParams& p) { p.align_side = "left"; }},
          {"both", [](MergeParams& p) { p.align_side = "both"; }},
          {"none", [](MergeParams& p) { p.align_side = "none"; }},
          {"scaling", [](MergeParams& p) { p.align_scaling = true; }},
          {"keep-student",
           [](MergeParams& p) { p.uncovered = "keep-student"; }},
          {"l1", [](MergeParams& p) { p.rescale = "l1"; }},
          {"no rescale", [](MergeParams& p) { p.rescale = "none"; }},
          {"random",
           [](MergeParams& p) {
             p.drop_method = "random";
             p.rescale = "inverse";
             p.step = 2;
           }},
          {"no drop", [](MergeParams& p) { p.drop = 0; }},
          {"low rank",
           [](MergeParams& p) {
             p.lora_rank = 7;
             p.lora_alpha = 14;
           }},
          {"rank above the tensor's",
           [](MergeParams& p) {
             p.lora_rank = 100;
             p.lora_alpha = 50;
           }},
          {"half strength", [](MergeParams& p) { p.strength = 0.5; }},
      };
  return *kOptions;
}

TEST(MergeOpTest, EqualsTheNaiveFormUnderEveryOption) {
  for (const auto& [title, change] : Options()) {
    MergeParams params = BlendParams();
    change(params);
    Blend blend;

    const auto result = blend.Run(params);

    ASSERT_THAT(result, IsOk()) << title;
    const at::Tensor want =
        NaiveMerge(params, blend.Projected(), blend.student);
    EXPECT_LT(WorstError(blend.Merged(), want), 1e-5) << title;
  }
}

TEST(MergeOpTest, BetweenTwoLayersTheTeacherIsSlerpedCutAndCropped) {
  FakeContext context;
  const at::Tensor student = Noise(10, 12, 1).to(at::kBFloat16);
  const at::Tensor lo = Noise(16, 9, 2).to(at::kHalf);
  const at::Tensor hi = Noise(16, 9, 3).to(at::kHalf);
  context.AddSource("student", {{"w", student}});
  context.AddSource("teacher", {{"lo", lo}, {"hi", hi}});
  MergeParams params = BlendParams();
  params.name = "w";
  params.student = {"student", "", {"w"}};
  params.blend_count = 0;
  params.num_partials = 0;
  params.covered_rows = 10;
  params.covered_columns = 9;
  params.teacher_lo = TensorRef{"teacher", "", {"lo"}};
  params.teacher_hi = TensorRef{"teacher", "", {"hi"}};
  params.weight = 0.25;
  params.project_rank = 5;

  const auto result = MakeMergeOp()->Run(context, params.ToJson());

  ASSERT_THAT(result, IsOk());
  const at::Tensor a = lo.to(at::kDouble);
  const at::Tensor b = hi.to(at::kDouble);
  const double norm_a = a.norm().item<double>();
  const double norm_b = b.norm().item<double>();
  const double angle =
      std::acos(a.mul(b).sum().item<double>() / (norm_a * norm_b));
  const at::Tensor between =
      a.mul(std::sin(0.75 * angle) / norm_a)
          .add(b.mul(std::sin(0.25 * angle) / norm_b))
          .mul((0.75 * norm_a + 0.25 * norm_b) / std::sin(angle));
  const NaiveSvd svd = RankedSvd(between);
  const at::Tensor best = svd.u.narrow(1, 0, 5)
                              .matmul(at::diag(svd.s.narrow(0, 0, 5)))
                              .matmul(svd.vh.narrow(0, 0, 5));
  const at::Tensor want = NaiveMerge(params, best.narrow(0, 0, 10), student);
  EXPECT_LT(WorstError(context.OutputTensor("tensor", "w"), want), 1e-5);
  EXPECT_NEAR(result->summary["projection_energy_kept"].get<double>(),
              best.square().sum().item<double>() /
                  between.square().sum().item<double>(),
              1e-6);
}

TEST(MergeOpTest, RoundsOnceToTheOutputType) {
  for (const auto& [dtype, type] :
       {std::pair(DType::kBF16, at::kBFloat16), {DType::kF16, at::kHalf}}) {
    MergeParams params = BlendParams();
    Blend wide;
    ASSERT_THAT(wide.Run(params), IsOk());
    params.dtype = dtype;
    Blend narrow;

    ASSERT_THAT(narrow.Run(params), IsOk());

    EXPECT_TRUE(at::equal(narrow.Merged(), wide.Merged().to(type)));
  }
}

TEST(MergeOpTest, StrengthZeroAndDropOneChangeNothing) {
  for (const auto& change : {Change([](MergeParams& p) { p.strength = 0; }),
                             Change([](MergeParams& p) { p.drop = 1; })}) {
    MergeParams params = BlendParams();
    change(params);
    Blend blend;

    const auto result = blend.Run(params);

    ASSERT_THAT(result, IsOk());
    EXPECT_TRUE(at::equal(blend.Merged(), blend.student));
    EXPECT_EQ(result->summary["changed_elements"], 0);
    EXPECT_EQ(result->summary["relative_change"], 0.0);
  }
}

TEST(MergeOpTest, AStudentAsItsOwnTeacherIsSeenAsNoChange) {
  FakeContext context;
  const at::Tensor student = Noise(kRows, kColumns, 1).to(at::kBFloat16);
  context.AddSource("student", {{"w", student}});
  context.AddSource("teacher", {{"w", student}});
  MergeParams params = BlendParams();
  params.name = "w";
  params.student = {"student", "", {"w"}};
  params.dtype = DType::kBF16;
  params.blend_count = 0;
  params.num_partials = 0;
  params.covered_rows = kRows;
  params.teacher_lo = TensorRef{"teacher", "", {"w"}};

  const auto result = MakeMergeOp()->Run(context, params.ToJson());

  ASSERT_THAT(result, IsOk());
  EXPECT_EQ(result->summary["changed_elements"], 0);
  EXPECT_LT(result->summary["delta_norm_aligned"].get<double>(), 1e-3);
}

TEST(MergeOpTest, TheStudentMayBeAnEarlierStepsResult) {
  MergeParams params = BlendParams();
  Blend original;
  ASSERT_THAT(original.Run(params), IsOk());
  Blend second;
  second.context.AddInput("student", {{params.name, original.student}});
  params.student = {"", "student", {params.name}};

  ASSERT_THAT(second.Run(params), IsOk());

  EXPECT_TRUE(at::equal(second.Merged(), original.Merged()));
}

TEST(MergeOpTest, TheSummaryTellsEachStage) {
  MergeParams params = BlendParams();
  params.lora_rank = 7;
  params.lora_alpha = 14;
  Blend blend;

  const auto result = blend.Run(params);

  ASSERT_THAT(result, IsOk());
  const Json& summary = result->summary;
  const at::Tensor change =
      blend.Merged().to(at::kDouble).sub(blend.student.to(at::kDouble));
  EXPECT_NEAR(summary["change_norm"].get<double>(),
              change.norm().item<double>(), 1e-4);
  EXPECT_NEAR(summary["delta_norm_low_rank"].get<double>(),
              change.norm().item<double>(), 1e-3);
  EXPECT_NEAR(summary["student_norm"].get<double>(),
              blend.student.norm().item<double>(), 1e-3);
  EXPECT_EQ(summary["total_elements"], kRows * kColumns);
  EXPECT_EQ(summary["kept_elements"], 384);  // 0.4 of 960
  EXPECT_EQ(summary["lora_rank"], 7);
  EXPECT_EQ(summary["lora_effective_rank"], 7);
  EXPECT_EQ(summary["full_rank_identity"], false);
  EXPECT_EQ(summary["alignment_full_rank"], kRows);
  EXPECT_EQ(summary["alignment_rank"], kCoveredRows);
  EXPECT_LE(summary["alignment_residual_after"].get<double>(),
            summary["alignment_residual_before"].get<double>());
  for (const char* share :
       {"sparsify_energy_kept", "low_rank_energy_kept", "uncovered_energy",
        "changed_fraction", "cosine_with_raw"}) {
    EXPECT_GT(summary[share].get<double>(), 0) << share;
    EXPECT_LE(summary[share].get<double>(), 1) << share;
  }
}

TEST(MergeOpTest, AboveFullRankNothingIsFactoredAndTheScaleUsesTheRankAsked) {
  MergeParams params = BlendParams();
  params.lora_rank = 80;
  params.lora_alpha = 20;
  Blend scaled;

  const auto result = scaled.Run(params);

  ASSERT_THAT(result, IsOk());
  EXPECT_EQ(result->summary["full_rank_identity"], true);
  EXPECT_EQ(result->summary["lora_effective_rank"], kRows);
  params.lora_rank = 0;
  params.strength = 0.25;
  Blend plain;
  ASSERT_THAT(plain.Run(params), IsOk());
  EXPECT_TRUE(at::equal(scaled.Merged(), plain.Merged()));
}

TEST(MergeOpTest, UncoveredEntriesAreDeletedOrKept) {
  MergeParams params = BlendParams();
  params.align_side = "none";
  params.drop = 0;
  Blend deleted;
  ASSERT_THAT(deleted.Run(params), IsOk());
  params.uncovered = "keep-student";
  Blend kept;
  const auto result = kept.Run(params);
  ASSERT_THAT(result, IsOk());

  const int64_t below = kRows - kCoveredRows;
  const at::Tensor tail = deleted.Merged().narrow(0, kCoveredRows, below);
  EXPECT_EQ(tail.abs().max().item<float>(), 0);
  EXPECT_TRUE(at::equal(kept.Merged().narrow(0, kCoveredRows, below),
                        kept.student.narrow(0, kCoveredRows, below)));
  EXPECT_EQ(result->summary["uncovered_energy"], 0.0);
}

TEST(MergeOpTest, RefusesNanOverflowAndTensorsThatVanish) {
  MergeParams params = BlendParams();
  Blend nan;
  nan.partials[1][2][3] = std::numeric_limits<double>::quiet_NaN();
  nan.context.AddInput("partial.1", {{"sum", nan.partials[1]}});
  EXPECT_THAT(nan.Run(params), Fails(absl::StatusCode::kInvalidArgument,
                                     HasSubstr(params.name)));

  params.dtype = DType::kF16;
  params.strength = 1e6;
  Blend overflow;
  EXPECT_THAT(overflow.Run(params),
              Fails(absl::StatusCode::kInvalidArgument,
                    HasSubstr("NaN or infinity at flat index")));

  params = BlendParams();
  params.align_side = "none";
  params.drop = 0;
  Blend vanished;
  for (const char* input : {"partial.0", "partial.1"}) {
    vanished.context.AddInput(
        input, {{"sum", at::zeros({kCoveredRows, kColumns}, at::kDouble)}});
  }
  EXPECT_THAT(vanished.Run(params), Fails(absl::StatusCode::kInvalidArgument,
                                          HasSubstr("zeros only")));
}

TEST(MergeOpTest, RefusesShapesThatDoNotFit) {
  MergeParams params = BlendParams();
  params.covered_rows = kCoveredRows + 1;
  Blend partial;
  EXPECT_THAT(partial.Run(params), Fails(absl::StatusCode::kInvalidArgument,
                                         HasSubstr("partial.0")));
  params.covered_rows = kRows + 1;
  Blend student;
  EXPECT_THAT(student.Run(params),
              Fails(absl::StatusCode::kInvalidArgument,
                    HasSubstr("student's shape [24, 40]")));
}

}  // namespace
}  // namespace decant
