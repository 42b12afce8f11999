#include "common/unit/result_identity.h"

#include "common/base/digest.h"
#include "gtest/gtest.h"

namespace decant {
namespace {

TEST(ResultIdentityTest, IsTheDigestOfBothParts) {
  // Written into every decant.json: a change here makes all published models
  // unknown to the programs that made them.
  EXPECT_EQ(ResultIdentity("abc", "cpu-avx2"),
            Sha256Hex(R"(["decant-result-1","abc","cpu-avx2"])"));
}

TEST(ResultIdentityTest, DependsOnEachPartAndOnTheirBorder) {
  EXPECT_NE(ResultIdentity("abc", "d"), ResultIdentity("abd", "d"));
  EXPECT_NE(ResultIdentity("abc", "d"), ResultIdentity("abc", "e"));
  EXPECT_NE(ResultIdentity("ab", "cd"), ResultIdentity("abc", "d"));
}

}  // namespace
}  // namespace decant
