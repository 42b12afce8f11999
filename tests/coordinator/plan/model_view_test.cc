#include "coordinator/plan/model_view.h"

#include "tests/coordinator/plan/planning_fixture.h"

namespace decant {
namespace {

TEST(ModelViewTest, StudentTensorsAreReadFromItsCheckpoint) {
  const ModelView view = ModelView::OfStudent(MakeStudent());
  const ModelView::Tensor* query = view.Find(TensorRole::kQuery, 1);
  ASSERT_NE(query, nullptr);
  UnitSpec unit;

  const TensorRef ref = ReadTensor(*query, "student", unit);

  EXPECT_EQ(ref.checkpoint, "student");
  EXPECT_TRUE(unit.inputs.empty());
  EXPECT_THAT(unit.sources, ::testing::ElementsAre("student"));
}

TEST(ModelViewTest, MadeTensorsAreReadFromTheirUnit) {
  ModelView view = ModelView::OfStudent(MakeStudent());
  const std::string name = view.Find(TensorRole::kFfnUp, 2)->header.name;
  view.SetMadeBy(name, "0/merge/x", DType::kF32);
  UnitSpec unit;

  const TensorRef ref =
      ReadTensor(*view.Find(TensorRole::kFfnUp, 2), "student", unit);

  EXPECT_EQ(ref.input, "student");
  EXPECT_TRUE(unit.sources.empty());
  ASSERT_EQ(unit.inputs.size(), 1u);
  EXPECT_EQ(unit.inputs[0].unit, "0/merge/x");
  EXPECT_EQ(view.Find(TensorRole::kFfnUp, 2)->header.dtype, DType::kF32);
}

TEST(ModelViewTest, AbsentRoleIsNull) {
  const ModelView view = ModelView::OfStudent(MakeStudent());

  EXPECT_EQ(view.Find(TensorRole::kRouter, 0), nullptr);
  EXPECT_EQ(view.Find(TensorRole::kHead), nullptr);  // Tied.
}

TEST(ModelViewTest, SourceIsListedOnce) {
  UnitSpec unit;

  AddSource("teacher", unit);
  AddSource("teacher", unit);

  EXPECT_THAT(unit.sources, ::testing::ElementsAre("teacher"));
}

}  // namespace
}  // namespace decant
