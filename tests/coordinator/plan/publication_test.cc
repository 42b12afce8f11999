#include "coordinator/plan/publication.h"

#include "common/ops/assemble_params.h"
#include "tests/coordinator/plan/planning_fixture.h"

namespace decant {
namespace {

using ::testing::ElementsAre;

TEST(SplitIntoShardsTest, FillsGreedilyInOrder) {
  EXPECT_THAT(SplitIntoShards({4, 4, 4, 4}, 8),
              ElementsAre(ElementsAre(0, 1), ElementsAre(2, 3)));
}

TEST(SplitIntoShardsTest, LargeTensorGetsItsOwnShard) {
  EXPECT_THAT(SplitIntoShards({2, 100, 2}, 8),
              ElementsAre(ElementsAre(0), ElementsAre(1), ElementsAre(2)));
}

TEST(ShardFileNameTest, SingleFileHasThePlainName) {
  EXPECT_EQ(ShardFileName(0, 1), "model.safetensors");
  EXPECT_EQ(ShardFileName(0, 2), "model-00001-of-00002.safetensors");
  EXPECT_EQ(ShardFileName(15, 16), "model-00016-of-00016.safetensors");
}

TEST(OutputDTypeTest, OnlyTensorsInTheMainDTypeFollowTheOutput) {
  ModelConfig config;
  config.dtype = DType::kBF16;
  ModelView::Tensor main{.header = {.dtype = DType::kBF16}};
  ModelView::Tensor table{.header = {.dtype = DType::kF32}};
  ModelView::Tensor made{.header = {.dtype = DType::kF32}, .made_by = "u"};

  EXPECT_EQ(OutputDType(main, config, DType::kF16), DType::kF16);
  EXPECT_EQ(OutputDType(table, config, DType::kF16), DType::kF32);
  EXPECT_EQ(OutputDType(made, config, DType::kF16), DType::kF16);
}

TEST(PlanPublicationTest, EveryTensorIsAssembledExactlyOnceAndSealed) {
  const ModelLayout student = MakeStudent();
  ModelView model = ModelView::OfStudent(student);
  const std::string made = model.Find(TensorRole::kQuery, 0)->header.name;
  model.SetMadeBy(made, "0/merge/q", DType::kBF16);
  PlanBuilder builder;

  const std::string seal = PlanPublication(
      model, {.step = 1, .dtype = DType::kBF16, .max_shard_size_bytes = 20'000},
      {.name = "n", .output_path = "/out"}, builder);

  std::vector<std::string> names;
  for (const UnitSpec& unit : builder.units()) {
    if (unit.op != "assemble") continue;
    const auto params = AssembleParams::FromJson(unit.params);
    ASSERT_TRUE(params.ok()) << params.status();
    for (const auto& tensor : params->tensors) names.push_back(tensor.name);
  }
  ASSERT_EQ(names.size(), student.tensors().size());
  for (size_t i = 0; i < names.size(); ++i) {
    EXPECT_EQ(names[i], student.tensors()[i].name);
  }
  const UnitSpec& last = builder.units().back();
  EXPECT_EQ(last.id, seal);
  EXPECT_FALSE(last.cacheable);
  EXPECT_EQ(last.inputs.size(), builder.units().size() - 1);
  const auto params = SealParams::FromJson(last.params);
  ASSERT_TRUE(params.ok()) << params.status();
  EXPECT_THAT(params->made_tensors, ElementsAre(made));
  EXPECT_EQ(params->config["torch_dtype"], "bfloat16");
}

TEST(PlanPublicationTest, ConfigStatesTheOutputDType) {
  PlanBuilder builder;

  PlanPublication(
      ModelView::OfStudent(MakeStudent()),
      {.step = 1, .dtype = DType::kF16, .max_shard_size_bytes = 1'000'000'000},
      {.name = "n"}, builder);

  EXPECT_EQ(builder.units().back().params["config"]["torch_dtype"], "float16");
}

}  // namespace
}  // namespace decant
