#include "worker/io/finite_check.h"

#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>

#include <limits>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace decant {
namespace {

using ::testing::HasSubstr;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

TEST(FiniteCheckTest, AcceptsTheLargestAndSmallestNumbers) {
  const at::Tensor x = at::ones({300, 500});
  x[7][9] = std::numeric_limits<float>::max();
  x[8][9] = std::numeric_limits<float>::denorm_min();
  x[9][9] = -std::numeric_limits<float>::max();

  EXPECT_TRUE(CheckFinite(x, "x").ok());
  EXPECT_TRUE(CheckFinite(at::ones({0, 4}), "x").ok());
}

TEST(FiniteCheckTest, NamesTheFirstOffenderInEveryTypeAndLayout) {
  for (const double bad : {kNan, kInfinity, -kInfinity}) {
    for (const at::ScalarType type :
         {at::kFloat, at::kDouble, at::kBFloat16, at::kHalf}) {
      const at::Tensor x = at::ones({300, 500}, type);
      x[150][3] = bad;
      x[299][499] = bad;

      const absl::Status status = CheckFinite(x, "tensor a.weight", 1000);

      EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
      EXPECT_THAT(std::string(status.message()),
                  HasSubstr("tensor a.weight: NaN or infinity at flat index "
                            "76003"));
    }
  }
}

TEST(FiniteCheckTest, ReadsTransposedTensorsInTheirOwnOrder) {
  const at::Tensor x = at::ones({4, 6});
  x[3][0] = kNan;

  const absl::Status status = CheckFinite(x.t(), "x");

  EXPECT_THAT(std::string(status.message()), HasSubstr("flat index 3"));
}

}  // namespace
}  // namespace decant
