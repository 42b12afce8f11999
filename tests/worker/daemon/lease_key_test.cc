#include "worker/daemon/lease_key.h"

#include <gtest/gtest.h>

namespace decant {
namespace {

TEST(LeaseKeyTest, SurvivesItsProto) {
  const LeaseKey key = {"j-1", "0/merge/a", 7};
  EXPECT_EQ(LeaseKey::FromProto(key.ToProto()), key);
  EXPECT_EQ(key.ToString(), "j-1/0/merge/a@7");
}

TEST(LeaseKeyTest, AnotherEpochIsAnotherLeaseOfTheSameUnit) {
  const LeaseKey one = {"j-1", "a", 1};
  const LeaseKey two = {"j-1", "a", 2};
  EXPECT_NE(one, two);
  EXPECT_TRUE(one.IsSameUnit(two));
  EXPECT_FALSE(one.IsSameUnit({"j-2", "a", 1}));
}

}  // namespace
}  // namespace decant
