// The list of ops, and a golden digest per op: equal inputs must give equal
// bytes for as long as the op's version stays. Raise the version in
// common/ops/<op>_params.h together with a digest here.
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <torch/version.h>

#include <fstream>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/ops/assemble_params.h"
#include "common/ops/fingerprint_params.h"
#include "common/ops/merge_params.h"
#include "common/ops/project_params.h"
#include "common/ops/seal_params.h"
#include "common/ops/select_params.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/worker/ops/expert_checkpoint.h"
#include "tests/worker/ops/made_model.h"
#include "tests/worker/ops/noise_tensor.h"
#include "worker/ops/op_registry.h"

namespace decant {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

// Results of eigenvectors and rotations are recorded on this processor and
// libtorch; elsewhere they may differ in the last bit.
constexpr char kRecordedOn[] =
    "Intel(R) Xeon(R) Processor, AVX512, libtorch 2.11.0";

std::string Machine() {
  std::ifstream cpuinfo("/proc/cpuinfo");
  std::string line;
  std::string model = "unknown processor";
  while (std::getline(cpuinfo, line)) {
    if (absl::StartsWith(line, "model name")) {
      model = line.substr(line.find(": ") + 2);
      break;
    }
  }
  return absl::StrCat(model, ", ", at::get_cpu_capability(), ", libtorch ",
                      TORCH_VERSION);
}

class BuiltinOpsTest : public testing::Test {
 protected:
  BuiltinOpsTest() {
    at::set_num_threads(1);  // Part of what the bytes depend on.
    RegisterBuiltinOps(registry_);
  }

  // The digest of output `output` of the op on `context_`.
  std::string Digest(const std::string& op, const Json& params,
                     const std::string& output) {
    const auto result = ValueOf(registry_.Find(op))->Run(context_, params);
    EXPECT_THAT(result, IsOk());
    return result.ok() ? result->outputs.at(output).digest : "";
  }

  // Compares only where the digest was recorded.
  static void ExpectOnRecordedMachine(const std::string& got,
                                      const std::string& want) {
    if (Machine() == kRecordedOn) {
      EXPECT_EQ(got, want);
    } else {
      GTEST_SKIP() << "not compared: recorded on " << kRecordedOn
                   << ", this is " << Machine() << "; digest here: " << got;
    }
  }

  OpRegistry registry_;
  FakeContext context_;
};

TEST_F(BuiltinOpsTest, AreTheOpsOfMoeToDense) {
  EXPECT_THAT(
      registry_.Versions(),
      ElementsAre(Pair("assemble", 1), Pair("fingerprint", 1), Pair("merge", 1),
                  Pair("project", 1), Pair("seal", 1), Pair("select", 1)));
}

// Sums of products of eighths are exact, so no machine may differ.
TEST_F(BuiltinOpsTest, FingerprintGivesItsGoldenBytes) {
  AddTeacher(context_, MakeExperts(Pattern));
  FingerprintParams params;
  params.experts = {.lo = TestStack(0), .hi = TestStack(1), .weight = 0.5};
  params.row_end = kExpertRows;

  EXPECT_EQ(Digest("fingerprint", params.ToJson(), "gram"),
            "cbf98aa8dc0ee36f7c0ecb8b8285dd2c");
}

TEST_F(BuiltinOpsTest, SelectGivesItsGoldenBytes) {
  for (const char* kind : {"gate.0", "up.0", "down.0"}) {
    const at::Tensor a = Pattern(kNumExperts, 40, 1).to(at::kDouble);
    const at::Tensor b = Pattern(kNumExperts, 40, 4).to(at::kDouble);
    context_.AddInput(kind, {{"gram_lo", a.matmul(a.t())},
                             {"cross", a.matmul(b.t())},
                             {"gram_hi", b.matmul(b.t())}});
  }
  const SelectParams params = {
      .num_experts = kNumExperts, .count = 3, .weight = 0.3};

  EXPECT_EQ(Digest("select", params.ToJson(), "selection"),
            "d5d6f909053754fe432b22f21d01e3dd");
}

TEST_F(BuiltinOpsTest, ProjectGivesItsGoldenBytes) {
  AddTeacher(context_, MakeExperts(Pattern));
  ProjectParams params;
  params.experts.lo = TestStack(0);
  params.position_end = kNumExperts;
  params.out_rows = 4;
  params.out_columns = 5;

  EXPECT_EQ(Digest("project", params.ToJson(), "partial"),
            "89846538a4b0234831e82edf2a855aad");
}

TEST_F(BuiltinOpsTest, ProjectWithRankGivesItsGoldenBytes) {
  AddTeacher(context_, MakeExperts(Pattern));
  ProjectParams params;
  params.experts.lo = TestStack(0);
  params.position_end = kNumExperts;
  params.out_rows = 4;
  params.out_columns = 5;
  params.rank = 3;

  ExpectOnRecordedMachine(Digest("project", params.ToJson(), "partial"),
                          "69ba943429a76799460e76135c3e54ac");
}

MergeParams GoldenMerge() {
  MergeParams params;
  params.name = "w";
  params.student = {"student", "", {"w"}};
  params.covered_rows = 6;
  params.covered_columns = 8;
  params.teacher_lo = TensorRef{"teacher", "", {"w"}};
  params.drop = 0.5;
  return params;
}

TEST_F(BuiltinOpsTest, MergeGivesItsGoldenBytes) {
  context_.AddSource("student", {{"w", Pattern(8, 8, 1)}});
  context_.AddSource("teacher", {{"w", Pattern(6, 9, 2)}});
  MergeParams params = GoldenMerge();
  params.align_side = "none";
  params.rescale = "inverse";
  params.drop_method = "random";

  EXPECT_EQ(Digest("merge", params.ToJson(), "tensor"),
            "243e130bc2674ad24d449c5572cccc5f");
}

TEST_F(BuiltinOpsTest, MergeAsPublishedGivesItsGoldenBytes) {
  context_.AddSource("student", {{"w", Pattern(8, 8, 1)}});
  context_.AddSource("teacher", {{"w", Pattern(6, 9, 2)}});
  MergeParams params = GoldenMerge();
  params.lora_rank = 3;
  params.lora_alpha = 3;

  ExpectOnRecordedMachine(Digest("merge", params.ToJson(), "tensor"),
                          "bc26ece0769a858ed8bfa89bf9ab064c");
}

TEST_F(BuiltinOpsTest, AssembleGivesItsGoldenBytes) {
  context_.AddSource("student", {{"w", Pattern(8, 8, 1)}});
  context_.AddInput("tensor.v", {{"v", Pattern(3, 5, 2).to(at::kBFloat16)}});
  AssembleParams params;
  params.tensors = {{.name = "w",
                     .dtype = DType::kF16,
                     .shape = {8, 8},
                     .from = {"student", "", {"w"}}},
                    {.name = "v",
                     .dtype = DType::kBF16,
                     .shape = {3, 5},
                     .from = {"", "tensor.v", {"v"}}}};

  EXPECT_EQ(Digest("assemble", params.ToJson(), "shard"),
            "bad5caa28d3d71cae82b900028e19f2b");
}

TEST_F(BuiltinOpsTest, SealGivesItsGoldenBytes) {
  context_.AddSource("student", TinyStudentTensors());
  context_.AddInput("shard.0", TinyMadeTensors());
  SealParams params;
  params.name = "golden";
  params.output_path = context_.Path("out");
  params.files = {"model.safetensors"};
  params.config = TinyDenseConfig();
  params.recipe_text = "name: golden\n";
  params.made_tensors = {kMadeTensor};
  params.recipe_identity = "0123";

  EXPECT_EQ(Digest("seal", params.ToJson(), "report"),
            "6af5ce09243883149fd47dffbd1fe24a");
  // decant.json holds the digests of all other files.
  const std::string record =
      ValueOf(ReadFile(context_.Path("out.partial-j-test-1/decant.json")));
  EXPECT_EQ(ValueOf(context_.store().PublishBytes(record)).digest,
            "3ea158374714d18c0a831838e4d62fbb");
}

}  // namespace
}  // namespace decant
