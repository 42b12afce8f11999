#include "worker/ops/fingerprint_op.h"

#include <ATen/ops/allclose.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/stack.h>

#include <limits>

#include "common/ops/fingerprint_params.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/worker/ops/expert_checkpoint.h"
#include "tests/worker/ops/noise_tensor.h"

namespace decant {
namespace {

using ::testing::HasSubstr;

Json Params(const VirtualStack& stack, int64_t row_begin, int64_t row_end) {
  FingerprintParams params;
  params.experts = stack;
  params.row_begin = row_begin;
  params.row_end = row_end;
  return params.ToJson();
}

// [E, rows * columns] in fp64: what is never built for real.
at::Tensor Flat(const std::vector<at::Tensor>& experts, int64_t begin,
                int64_t end) {
  std::vector<at::Tensor> rows;
  for (const at::Tensor& expert : experts) {
    rows.push_back(
        expert.narrow(0, begin, end - begin).to(at::kDouble).flatten());
  }
  return at::stack(rows);
}

void ExpectGram(const FakeContext& context, const char* name,
                const at::Tensor& a, const at::Tensor& b) {
  const at::Tensor gram = context.OutputTensor("gram", name);
  EXPECT_EQ(gram.scalar_type(), at::kDouble);
  EXPECT_TRUE(at::allclose(gram, a.matmul(b.t()), 1e-13, 1e-13)) << name;
}

TEST(FingerprintOpTest, OneLayerGivesOneGram) {
  FakeContext context;
  const auto layers = MakeExperts(Noise);
  AddTeacher(context, layers);

  const auto result = MakeFingerprintOp()->Run(
      context, Params({.lo = TestStack(1)}, 0, kExpertRows));

  ASSERT_THAT(result, IsOk());
  const at::Tensor x = Flat(layers[1], 0, kExpertRows);
  ExpectGram(context, "gram_lo", x, x);
  EXPECT_FALSE(ReadTensorFile(context.OutputPath("gram"), "cross").ok());
  EXPECT_EQ(result->summary["num_experts"], kNumExperts);
}

TEST(FingerprintOpTest, TwoLayersGiveThreeGramsOfTheRowRange) {
  FakeContext context;
  const auto layers = MakeExperts(Noise);
  AddTeacher(context, layers);

  const auto result = MakeFingerprintOp()->Run(
      context,
      Params({.lo = TestStack(0), .hi = TestStack(1), .weight = 0.5}, 1, 4));

  ASSERT_THAT(result, IsOk());
  const at::Tensor a = Flat(layers[0], 1, 4);
  const at::Tensor b = Flat(layers[1], 1, 4);
  ExpectGram(context, "gram_lo", a, a);
  ExpectGram(context, "cross", a, b);
  ExpectGram(context, "gram_hi", b, b);
}

TEST(FingerprintOpTest, PackedExpertsGiveTheSameGram) {
  const auto layers = MakeExperts(Pattern);
  FakeContext apart;
  AddTeacher(apart, layers);
  ASSERT_THAT(MakeFingerprintOp()->Run(
                  apart, Params({.lo = TestStack(0)}, 0, kExpertRows)),
              IsOk());
  FakeContext packed;  // Each expert: two foreign rows, then its own.
  std::vector<at::Tensor> pieces;
  for (const at::Tensor& expert : layers[0]) {
    pieces.push_back(Noise(2, kExpertColumns, 77));
    pieces.push_back(expert);
  }
  packed.AddSource("teacher", {{"l0.w", at::cat(pieces)}});
  ExpertStack stack = TestStack(0);
  stack.name_template = "l0.w";
  stack.first_row = 2;
  stack.row_stride = kExpertRows + 2;

  ASSERT_THAT(
      MakeFingerprintOp()->Run(packed, Params({.lo = stack}, 0, kExpertRows)),
      IsOk());

  EXPECT_TRUE(at::equal(packed.OutputTensor("gram", "gram_lo"),
                        apart.OutputTensor("gram", "gram_lo")));
}

TEST(FingerprintOpTest, SeveralBlocksAddUpToTheWhole) {
  // 8 experts of 110 x 32768: a block of 96 MB holds 96 rows of each.
  constexpr int64_t kRows = 110;
  constexpr int64_t kColumns = 32768;
  constexpr int64_t kExperts = 8;
  FakeContext context;
  const at::Tensor all = Pattern(kExperts * kRows, 64, 3)
                             .to(at::kBFloat16)
                             .repeat({1, kColumns / 64});
  context.AddSource("teacher", {{"w", all}});
  const ExpertStack stack = {.name_template = "w",
                             .row_stride = kRows,
                             .num_rows = kRows,
                             .num_columns = kColumns,
                             .num_experts = kExperts};

  ASSERT_THAT(
      MakeFingerprintOp()->Run(context, Params({.lo = stack}, 0, kRows)),
      IsOk());

  EXPECT_EQ(context.progress_done(), 2);
  const at::Tensor x = all.to(at::kDouble).reshape({kExperts, -1});
  EXPECT_TRUE(
      at::equal(context.OutputTensor("gram", "gram_lo"), x.matmul(x.t())));
}

TEST(FingerprintOpTest, RefusesNanMissingExpertsAndRowsBeyondTheEnd) {
  auto layers = MakeExperts(Noise);
  layers[0][3][5][6] = std::numeric_limits<float>::infinity();
  FakeContext context;
  AddTeacher(context, layers);
  const auto op = MakeFingerprintOp();

  EXPECT_THAT(op->Run(context, Params({.lo = TestStack(0)}, 0, kExpertRows)),
              Fails(absl::StatusCode::kInvalidArgument,
                    HasSubstr("l0.3.w: NaN or infinity at flat index 41")));
  EXPECT_THAT(op->Run(context, Params({.lo = TestStack(7)}, 0, kExpertRows)),
              Fails(absl::StatusCode::kNotFound, HasSubstr("l7.0.w")));
  EXPECT_THAT(op->Run(context, Params({.lo = TestStack(1)}, 0, 9)),
              Fails(absl::StatusCode::kInvalidArgument, HasSubstr("row_end")));
}

TEST(FingerprintOpTest, StopsWhenCancelled) {
  FakeContext context;
  AddTeacher(context, MakeExperts(Noise));
  context.Cancel();

  EXPECT_EQ(MakeFingerprintOp()
                ->Run(context, Params({.lo = TestStack(0)}, 0, kExpertRows))
                .status()
                .code(),
            absl::StatusCode::kCancelled);
}

}  // namespace
}  // namespace decant
