#include "worker/math/centroid.h"

#include <cmath>
#include <cstddef>
#include <random>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace decant {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

using Rows = std::vector<std::vector<double>>;

Rows RandomRows(size_t count, size_t width, unsigned seed) {
  std::mt19937 engine(seed);
  std::normal_distribution<double> normal;
  Rows rows(count, std::vector<double>(width));
  for (std::vector<double>& row : rows) {
    for (double& value : row) value = normal(engine);
  }
  return rows;
}

double Dot(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

std::vector<double> Product(const Rows& a, const Rows& b) {
  std::vector<double> gram;
  for (const std::vector<double>& x : a) {
    for (const std::vector<double>& y : b) gram.push_back(Dot(x, y));
  }
  return gram;
}

// The naive form: build the centroid and measure.
std::vector<double> NaiveDistances(const Rows& rows) {
  std::vector<double> mean(rows[0].size(), 0);
  for (const std::vector<double>& row : rows) {
    for (size_t k = 0; k < row.size(); ++k) {
      mean[k] += row[k] / static_cast<double>(rows.size());
    }
  }
  std::vector<double> distances;
  for (const std::vector<double>& row : rows) {
    double square = 0;
    for (size_t k = 0; k < row.size(); ++k) {
      square += (row[k] - mean[k]) * (row[k] - mean[k]);
    }
    distances.push_back(std::sqrt(square));
  }
  return distances;
}

// Naive SLERP of one row.
std::vector<double> NaiveSlerp(const std::vector<double>& a,
                               const std::vector<double>& b, double w) {
  const double norm_a = std::sqrt(Dot(a, a));
  const double norm_b = std::sqrt(Dot(b, b));
  const double theta = std::acos(Dot(a, b) / (norm_a * norm_b));
  const double magnitude = (1 - w) * norm_a + w * norm_b;
  std::vector<double> x(a.size());
  for (size_t k = 0; k < a.size(); ++k) {
    x[k] = magnitude *
           (std::sin((1 - w) * theta) * a[k] / norm_a +
            std::sin(w * theta) * b[k] / norm_b) /
           std::sin(theta);
  }
  return x;
}

TEST(CentroidTest, DistancesEqualTheNaiveOnes) {
  const Rows rows = RandomRows(7, 50, 1);

  const CentroidGeometry geometry = MeasureCentroid(Product(rows, rows), 7);

  const std::vector<double> want = NaiveDistances(rows);
  for (size_t i = 0; i < want.size(); ++i) {
    EXPECT_NEAR(geometry.distances[i], want[i], 1e-12);
    EXPECT_NEAR(geometry.norms[i], std::sqrt(Dot(rows[i], rows[i])), 1e-12);
  }
}

TEST(CentroidTest, VirtualGramIsTheGramOfSlerpedExperts) {
  const Rows lo = RandomRows(6, 40, 2);
  const Rows hi = RandomRows(6, 40, 3);
  const double weight = 0.3;
  Rows virtual_rows;
  for (size_t i = 0; i < lo.size(); ++i) {
    virtual_rows.push_back(NaiveSlerp(lo[i], hi[i], weight));
  }

  const absl::StatusOr<std::vector<double>> gram = VirtualGram(
      {Product(lo, lo), Product(lo, hi), Product(hi, hi)}, 6, weight);

  ASSERT_TRUE(gram.ok()) << gram.status();
  const std::vector<double> want = Product(virtual_rows, virtual_rows);
  for (size_t i = 0; i < want.size(); ++i) {
    EXPECT_NEAR((*gram)[i], want[i], 1e-11);
  }
}

TEST(CentroidTest, WeightZeroIsTheLowerLayerBitForBit) {
  const Rows rows = RandomRows(4, 9, 4);
  const std::vector<double> lo = Product(rows, rows);

  const absl::StatusOr<std::vector<double>> gram =
      VirtualGram({.lo = lo}, 4, 0);

  ASSERT_TRUE(gram.ok()) << gram.status();
  EXPECT_EQ(*gram, lo);
}

TEST(CentroidTest, AntipodalExpertIsNamed) {
  const Rows lo = RandomRows(3, 9, 5);
  Rows hi = RandomRows(3, 9, 6);
  for (size_t k = 0; k < hi[1].size(); ++k) hi[1][k] = -lo[1][k];

  const absl::StatusOr<std::vector<double>> gram =
      VirtualGram({Product(lo, lo), Product(lo, hi), Product(hi, hi)}, 3, 0.5);

  EXPECT_EQ(gram.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(gram.status().message()), HasSubstr("expert 1"));
}

TEST(CentroidTest, BadGramsAreRefused) {
  EXPECT_FALSE(VirtualGram({.lo = {1, 0, 0}}, 2, 0).ok());
  EXPECT_FALSE(VirtualGram({.lo = {1, 0, 0, NAN}}, 2, 0).ok());
  EXPECT_FALSE(VirtualGram({.lo = {1, 0, 0, 1}}, 2, 0.5).ok());
}

TEST(CentroidTest, TiesGoToTheLowerIndex) {
  EXPECT_THAT(NearestToCentroid({3, 1, 2, 1, 1}, 2), ElementsAre(1, 3));
  EXPECT_THAT(NearestToCentroid({3, 1, 2, 1, 1}, 4), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(NearestToCentroid({0, 0, 0}, 1), ElementsAre(0));
}

TEST(CentroidTest, OrthogonalExpertsShrinkByTheRootOfTheirNumber) {
  const std::vector<double> gram = {4, 0, 0, 0,  //
                                    0, 4, 0, 0,  //
                                    0, 0, 4, 0,  //
                                    0, 0, 0, 4};

  const CentroidGeometry geometry = MeasureCentroid(gram, 4);

  EXPECT_THAT(geometry.mean_cosine, DoubleNear(0, 1e-15));
  EXPECT_THAT(geometry.centroid_norm_ratio, DoubleNear(0.5, 1e-15));
  EXPECT_THAT(geometry.norm_spread, DoubleNear(0, 1e-15));
}

TEST(CentroidTest, EqualExpertsHaveCosineOneAndDistanceZero) {
  const CentroidGeometry geometry = MeasureCentroid({2, 2, 2, 2}, 2);

  EXPECT_THAT(geometry.mean_cosine, DoubleNear(1, 1e-15));
  EXPECT_THAT(geometry.centroid_norm_ratio, DoubleNear(1, 1e-15));
  EXPECT_THAT(geometry.distances, ElementsAre(0, 0));
}

TEST(CentroidTest, ZeroExpertsGiveZerosAndNoNan) {
  const CentroidGeometry geometry = MeasureCentroid({0, 0, 0, 0}, 2);

  EXPECT_EQ(geometry.mean_cosine, 0);
  EXPECT_EQ(geometry.norm_spread, 0);
  EXPECT_EQ(geometry.centroid_norm_ratio, 0);
}

}  // namespace
}  // namespace decant
