#include <string>

#include "common/model/family_registry.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace decant {
namespace {

using ::testing::ElementsAre;

TEST(BuiltinFamiliesTest, AreFoundUnderTheirModelType) {
  EXPECT_THAT(BuiltinFamilies().Names(), ElementsAre("qwen3", "qwen3_moe"));
  for (const std::string& name : BuiltinFamilies().Names()) {
    const absl::StatusOr<const Family*> family = BuiltinFamilies().Find(name);
    ASSERT_TRUE(family.ok()) << family.status();
    EXPECT_EQ((*family)->name(), name);
  }
}

}  // namespace
}  // namespace decant
