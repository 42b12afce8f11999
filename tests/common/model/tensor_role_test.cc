#include "common/model/tensor_role.h"

#include <set>
#include <string>

#include "gtest/gtest.h"

namespace decant {
namespace {

TEST(TensorRoleTest, EveryRoleHasItsOwnName) {
  std::set<std::string> names;
  const int last = static_cast<int>(TensorRole::kPassThrough);
  for (int role = 0; role <= last; ++role) {
    names.insert(std::string(TensorRoleName(static_cast<TensorRole>(role))));
  }
  EXPECT_EQ(names.size(), static_cast<size_t>(last) + 1);
  EXPECT_FALSE(names.contains("unknown"));
}

TEST(TensorRoleTest, ExpertKindsCorrespondToDenseFfnMatrices) {
  EXPECT_EQ(DenseFfnRole(ExpertKind::kGate), TensorRole::kFfnGate);
  EXPECT_EQ(DenseFfnRole(ExpertKind::kUp), TensorRole::kFfnUp);
  EXPECT_EQ(DenseFfnRole(ExpertKind::kDown), TensorRole::kFfnDown);
  EXPECT_EQ(ExpertKindName(ExpertKind::kDown), "down");
}

}  // namespace
}  // namespace decant
