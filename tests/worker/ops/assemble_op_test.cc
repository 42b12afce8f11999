#include "worker/ops/assemble_op.h"

#include <ATen/ops/equal.h>

#include <string>
#include <vector>

#include "common/ops/assemble_params.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/worker/ops/fake_context.h"
#include "tests/worker/ops/noise_tensor.h"

namespace decant {
namespace {

using ::testing::HasSubstr;

AssembleParams::Tensor Entry(const std::string& name, DType dtype,
                             std::vector<int64_t> shape, TensorRef from) {
  return {.name = name,
          .dtype = dtype,
          .shape = std::move(shape),
          .from = std::move(from)};
}

TEST(AssembleOpTest, PutsSourceAndMadeTensorsIntoOneFile) {
  FakeContext context;
  const at::Tensor kept = Noise(4, 6, 1).to(at::kBFloat16).reshape({2, 2, 6});
  const at::Tensor norm = Noise(1, 5, 2).flatten();
  const at::Tensor made = Noise(3, 7, 3).to(at::kHalf);
  context.AddSource("student", {{"kept", kept}, {"norm", norm}});
  context.AddInput("tensor.made", {{"made", made}});
  AssembleParams params;
  params.tensors = {
      Entry("made", DType::kF16, {3, 7}, {"", "tensor.made", {"made"}}),
      Entry("norm", DType::kBF16, {5}, {"student", "", {"norm"}}),
      Entry("kept", DType::kBF16, {2, 2, 6}, {"student", "", {"kept"}})};

  const auto result = MakeAssembleOp()->Run(context, params.ToJson());

  ASSERT_THAT(result, IsOk());
  EXPECT_TRUE(at::equal(context.OutputTensor("shard", "kept"), kept));
  EXPECT_TRUE(at::equal(context.OutputTensor("shard", "made"), made));
  EXPECT_TRUE(
      at::equal(context.OutputTensor("shard", "norm"), norm.to(at::kBFloat16)));
  EXPECT_EQ(result->summary["num_tensors"], 3);
  EXPECT_EQ(result->summary["bytes"].get<int64_t>(),
            ValueOf(StampOf(context.OutputPath("shard"))).size_bytes);
}

TEST(AssembleOpTest, ManyBlocksAndThreadsGiveTheSameBytes) {
  // 24 MB as fp32: two blocks.
  const at::Tensor large = Noise(3000, 2000, 1);
  std::string digests[2];
  for (const int threads : {1, 4}) {
    FakeContext context;
    context.set_threads(threads);
    context.AddSource("student", {{"a", large}, {"b", large.neg()}});
    AssembleParams params;
    for (const char* name : {"a", "b"}) {
      params.tensors.push_back(
          Entry(name, DType::kBF16, {3000, 2000}, {"student", "", {name}}));
    }

    const auto result = MakeAssembleOp()->Run(context, params.ToJson());

    ASSERT_THAT(result, IsOk());
    digests[threads / 4] = result->outputs.at("shard").digest;
    EXPECT_TRUE(at::equal(context.OutputTensor("shard", "b"),
                          large.neg().to(at::kBFloat16)));
  }
  EXPECT_EQ(digests[0], digests[1]);
}

TEST(AssembleOpTest, RefusesWhatIsNotAsPlanned) {
  FakeContext context;
  context.AddSource("student", {{"w", Noise(4, 6, 1)}});
  context.AddInput("tensor.w", {{"w", Noise(4, 6, 1)}});
  const struct {
    AssembleParams::Tensor tensor;
    const char* reason;
  } kCases[] = {
      {Entry("w", DType::kF32, {6, 4}, {"student", "", {"w"}}), "[6, 4]"},
      {Entry("w", DType::kI32, {4, 6}, {"student", "", {"w"}}), "I32"},
      {Entry("w", DType::kF32, {4, 6}, {"student", "", {"x"}}), "x"},
      {Entry("w", DType::kF32, {4, 6}, {"", "tensor.w", {"x"}}), "x"},
      {Entry("w", DType::kF32, {4, 6}, {"", "tensor.x", {"w"}}), "tensor.x"}};
  for (const auto& c : kCases) {
    AssembleParams params;
    params.tensors = {c.tensor};
    const absl::Status status =
        MakeAssembleOp()->Run(context, params.ToJson()).status();
    EXPECT_FALSE(status.ok());
    EXPECT_THAT(std::string(status.message()), HasSubstr(c.reason));
  }
}

TEST(AssembleOpTest, AFlippedBitInAnInputIsFoundBeforeAnythingIsCopied) {
  FakeContext context;
  context.AddInput("tensor.w", {{"w", Noise(4, 6, 1)}});
  const std::string path = context.store().ArtifactPath(
      context.order().inputs.at("tensor.w").digest);
  std::string bytes = ValueOf(ReadFile(path));
  bytes.back() = static_cast<char>(bytes.back() ^ 1);
  ASSERT_THAT(WriteFileAtomically(path, bytes), IsOk());
  AssembleParams params;
  params.tensors = {Entry("w", DType::kF32, {4, 6}, {"", "tensor.w", {"w"}})};

  const absl::Status status =
      MakeAssembleOp()->Run(context, params.ToJson()).status();

  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_TRUE(status.GetPayload(kLostArtifactPayload).has_value());
}

}  // namespace
}  // namespace decant
