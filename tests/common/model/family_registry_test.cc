#include "common/model/family_registry.h"

#include <memory>
#include <string>

#include "common/model/families/qwen3.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace decant {
namespace {

using ::testing::HasSubstr;

TEST(FamilyRegistryTest, UnknownFamilyIsRefusedWithTheKnownOnes) {
  FamilyRegistry registry;
  registry.Add(std::make_unique<Qwen3Family>());

  const absl::StatusOr<const Family*> family = registry.Find("qwen33");

  EXPECT_EQ(family.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(family.status().message()),
              HasSubstr("unknown model family 'qwen33'; known: qwen3"));
}

TEST(FamilyRegistryTest, FindsWhatWasAdded) {
  FamilyRegistry registry;
  registry.Add(std::make_unique<Qwen3Family>());
  EXPECT_TRUE(registry.Find("qwen3").ok());
  EXPECT_FALSE(registry.Find("qwen3_moe").ok());
}

}  // namespace
}  // namespace decant
