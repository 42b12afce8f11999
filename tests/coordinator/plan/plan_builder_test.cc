#include "coordinator/plan/plan_builder.h"

#include "gtest/gtest.h"

namespace decant {
namespace {

UnitSpec MakeUnit(const std::string& id, int rank) {
  return {.id = id, .op = "project", .params = {{"rank", rank}}};
}

TEST(PlanBuilderTest, EqualUnitsAreAddedOnce) {
  PlanBuilder builder;

  EXPECT_EQ(builder.Add(MakeUnit("0/a", 1)), "0/a");
  EXPECT_EQ(builder.Add(MakeUnit("1/b", 1)), "0/a");

  EXPECT_EQ(builder.units().size(), 1u);
}

TEST(PlanBuilderTest, UnitsThatDifferInParamsOrInputsStayApart) {
  PlanBuilder builder;
  UnitSpec with_input = MakeUnit("c", 1);
  with_input.inputs = {{.name = "x", .unit = "a", .output = "gram"}};

  builder.Add(MakeUnit("a", 1));
  builder.Add(MakeUnit("b", 2));
  builder.Add(with_input);

  EXPECT_EQ(builder.units().size(), 3u);
}

TEST(PlanBuilderTest, InputsAreSortedByName) {
  PlanBuilder builder;
  UnitSpec unit = MakeUnit("u", 1);
  unit.inputs = {{.name = "z", .unit = "a", .output = "o"},
                 {.name = "b", .unit = "a", .output = "o"}};

  builder.Add(unit);

  EXPECT_EQ(builder.units()[0].inputs[0].name, "b");
}

TEST(NumBlocksTest, FollowsBytesOrFlopsWhicheverAsksForMore) {
  EXPECT_EQ(NumBlocks(100, 1e6, 0), 1);
  EXPECT_EQ(NumBlocks(100, 1e8, 0), 3);   // 10 GB in units of 4 GB.
  EXPECT_EQ(NumBlocks(100, 0, 1e12), 5);  // 1e14 FLOP in units of 2e13.
  EXPECT_EQ(NumBlocks(100, 1e8, 1e12), 5);
}

TEST(NumBlocksTest, NeverSplitsBelowOnePart) {
  EXPECT_EQ(NumBlocks(3, 1e12, 0), 3);
  EXPECT_EQ(NumBlocks(1, 0, 0), 1);
}

}  // namespace
}  // namespace decant
