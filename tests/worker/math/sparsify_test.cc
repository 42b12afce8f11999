#include "worker/math/sparsify.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/worker/math/random_matrix.h"

namespace decant {
namespace {

TEST(SparsifyTest, CountsHalvesToEven) {
  EXPECT_EQ(NumKept(0.8, 100), 20);
  EXPECT_EQ(NumKept(0.5, 5), 2);  // 2.5
  EXPECT_EQ(NumKept(0.5, 7), 4);  // 3.5
  EXPECT_EQ(NumKept(0.75, 1), 0);
  EXPECT_EQ(NumKept(0, 9), 9);
  EXPECT_EQ(NumKept(1, 9), 0);
}

TEST(SparsifyTest, EachRescaleRestoresItsNorm) {
  const at::Tensor x = RandomMatrix(50, 80, 1).to(at::kFloat);
  const at::Tensor x64 = x.to(at::kDouble);
  for (const DropMethod method :
       {DropMethod::kMagnitude, DropMethod::kRandom}) {
    for (const Rescale rescale :
         {Rescale::kL2, Rescale::kL1, Rescale::kNone, Rescale::kInverse}) {
      at::Tensor got = x.clone();
      const SparsifyReport report = SparsifyInPlace({.method = method,
                                                     .drop = 0.8,
                                                     .rescale = rescale,
                                                     .key = {1, 2}},
                                                    got)
                                        .value();
      const at::Tensor mask = got.ne(0);
      EXPECT_EQ(report.num_kept, mask.sum().item<int64_t>());
      const at::Tensor kept = x64 * mask;
      const double want =
          rescale == Rescale::kL2 ? Norm(x) / Norm(kept)
          : rescale == Rescale::kL1
              ? x64.abs().sum().item<double>() / kept.abs().sum().item<double>()
          : rescale == Rescale::kInverse ? 5.0
                                         : 1.0;
      EXPECT_NEAR(report.scale, want, 1e-12);
      EXPECT_LT(RelativeError(got, want * kept), 1e-7);
      EXPECT_NEAR(report.energy_kept, std::pow(Norm(kept) / Norm(x), 2), 1e-12);
    }
  }
}

TEST(SparsifyTest, DroppingNothingChangesNoBit) {
  const at::Tensor x = RandomMatrix(30, 40, 1).to(at::kFloat);
  for (const DropMethod method :
       {DropMethod::kMagnitude, DropMethod::kRandom}) {
    for (const Rescale rescale :
         {Rescale::kL2, Rescale::kL1, Rescale::kInverse}) {
      at::Tensor got = x.clone();
      const SparsifyReport report =
          SparsifyInPlace({.method = method, .drop = 0, .rescale = rescale},
                          got)
              .value();
      EXPECT_TRUE(got.equal(x));
      EXPECT_EQ(report.scale, 1);
      EXPECT_EQ(report.energy_kept, 1);
    }
  }
}

TEST(SparsifyTest, WhenNothingIsKeptTheResultIsZero) {
  for (const DropMethod method :
       {DropMethod::kMagnitude, DropMethod::kRandom}) {
    at::Tensor all = RandomMatrix(3, 4, 1).to(at::kFloat);
    const SparsifyReport report =
        SparsifyInPlace(
            {.method = method, .drop = 1, .rescale = Rescale::kInverse}, all)
            .value();
    EXPECT_EQ(Norm(all), 0);
    EXPECT_EQ(report.num_kept, 0);
    EXPECT_EQ(report.scale, 1);
    EXPECT_EQ(report.energy_kept, 0);
  }
}

TEST(SparsifyTest, AZeroOrEmptyChangeStaysSo) {
  at::Tensor zero = at::zeros({10, 10});
  const SparsifyReport report = SparsifyInPlace({.drop = 0.8}, zero).value();
  EXPECT_EQ(report.num_kept, 20);
  EXPECT_EQ(report.scale, 1);
  EXPECT_EQ(report.energy_kept, 1);
  EXPECT_EQ(Norm(zero), 0);
  at::Tensor empty = at::zeros({0, 3});
  EXPECT_EQ(SparsifyInPlace({.drop = 0.8}, empty)->num_kept, 0);
}

TEST(SparsifyTest, RefusesNaNWithoutWritingAndOtherTensors) {
  for (const DropMethod method :
       {DropMethod::kMagnitude, DropMethod::kRandom}) {
    for (const double drop : {0.5, 1.0}) {
      at::Tensor bad = at::ones({4});
      bad[2] = std::numeric_limits<float>::quiet_NaN();
      EXPECT_EQ(SparsifyInPlace({.method = method, .drop = drop}, bad)
                    .status()
                    .code(),
                absl::StatusCode::kInvalidArgument);
      EXPECT_EQ(bad[3].item<float>(), 1);
    }
  }
  at::Tensor transposed = at::ones({3, 4}).t();
  at::Tensor fp64 = at::ones({3, 4}, at::kDouble);
  at::Tensor good = at::ones({3, 4});
  EXPECT_FALSE(SparsifyInPlace({.drop = 0.5}, transposed).ok());
  EXPECT_FALSE(SparsifyInPlace({.drop = 0.5}, fp64).ok());
  EXPECT_FALSE(SparsifyInPlace({.drop = 1.5}, good).ok());
}

TEST(SparsifyTest, MethodsAndRescalesHaveNames) {
  EXPECT_EQ(ParseDropMethod("random").value(), DropMethod::kRandom);
  EXPECT_EQ(ParseRescale("inverse").value(), Rescale::kInverse);
  EXPECT_FALSE(ParseDropMethod("dare").ok());
  EXPECT_FALSE(ParseRescale("l3").ok());
}

}  // namespace
}  // namespace decant
