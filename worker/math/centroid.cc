#include "worker/math/centroid.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "worker/math/slerp_coefficients.h"

namespace decant {
namespace {

absl::Status CheckGram(const std::vector<double>& gram, int64_t num_experts,
                       const char* which) {
  const size_t size = static_cast<size_t>(num_experts * num_experts);
  if (gram.size() != size) {
    return absl::InvalidArgumentError(
        absl::StrCat("expert Gram '", which, "' has ", gram.size(),
                     " values, not ", num_experts, " x ", num_experts));
  }
  for (size_t i = 0; i < size; ++i) {
    if (!std::isfinite(gram[i])) {
      return absl::InvalidArgumentError(absl::StrCat(
          "expert Gram '", which, "' is not finite at flat index ", i,
          ": the experts hold NaN, infinity or values whose squares overflow"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<double>> VirtualGram(const KindGrams& grams,
                                                int64_t num_experts,
                                                double weight) {
  absl::Status status = CheckGram(grams.lo, num_experts, "gram_lo");
  if (!status.ok()) return status;
  if (weight == 0) return grams.lo;
  status.Update(CheckGram(grams.cross, num_experts, "cross"));
  status.Update(CheckGram(grams.hi, num_experts, "gram_hi"));
  if (!status.ok()) return status;

  const size_t count = static_cast<size_t>(num_experts);
  std::vector<SlerpCoefficients> x(count);
  for (size_t i = 0; i < count; ++i) {
    const size_t diagonal = i * count + i;
    absl::StatusOr<SlerpCoefficients> pair = SlerpFromMoments(
        grams.lo[diagonal], grams.cross[diagonal], grams.hi[diagonal], weight);
    if (!pair.ok()) {
      return absl::Status(
          pair.status().code(),
          absl::StrCat("expert ", i, ": ", pair.status().message()));
    }
    x[i] = *pair;
  }
  std::vector<double> gram(count * count);
  for (size_t i = 0; i < count; ++i) {
    for (size_t j = 0; j < count; ++j) {
      const size_t ij = i * count + j;
      gram[ij] = x[i].a * x[j].a * grams.lo[ij] +
                 x[i].a * x[j].b * grams.cross[ij] +
                 x[i].b * x[j].a * grams.cross[j * count + i] +
                 x[i].b * x[j].b * grams.hi[ij];
    }
  }
  return gram;
}

CentroidGeometry MeasureCentroid(const std::vector<double>& gram,
                                 int64_t num_experts) {
  const size_t count = static_cast<size_t>(num_experts);
  const double scale = 1 / static_cast<double>(num_experts);
  CentroidGeometry geometry;
  std::vector<double> row_sums(count, 0);
  for (size_t i = 0; i < count; ++i) {
    for (size_t j = 0; j < count; ++j) row_sums[i] += gram[i * count + j];
    // Rounding may leave a tiny negative square of a zero fingerprint.
    geometry.norms.push_back(std::sqrt(std::max(gram[i * count + i], 0.0)));
  }
  const double total =
      std::accumulate(row_sums.begin(), row_sums.end(), 0.0) * scale * scale;
  for (size_t i = 0; i < count; ++i) {
    const double square = gram[i * count + i] - 2 * scale * row_sums[i] + total;
    geometry.distances.push_back(std::sqrt(std::max(square, 0.0)));
  }

  double cosines = 0;
  for (size_t i = 0; i < count; ++i) {
    for (size_t j = i + 1; j < count; ++j) {
      const double norms = geometry.norms[i] * geometry.norms[j];
      if (norms > 0) cosines += gram[i * count + j] / norms;
    }
  }
  const double pairs =
      static_cast<double>(count) * (static_cast<double>(count) - 1) / 2;
  geometry.mean_cosine = count > 1 ? cosines / pairs : 1;
  const std::vector<double>& norms = geometry.norms;
  const double mean_norm =
      std::accumulate(norms.begin(), norms.end(), 0.0) * scale;
  const auto [low, high] = std::minmax_element(norms.begin(), norms.end());
  if (mean_norm > 0) {
    geometry.norm_spread = (*high - *low) / mean_norm;
    geometry.centroid_norm_ratio = std::sqrt(std::max(total, 0.0)) / mean_norm;
  }
  return geometry;
}

std::vector<int64_t> NearestToCentroid(const std::vector<double>& distances,
                                       int64_t count) {
  std::vector<int64_t> order(distances.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int64_t i, int64_t j) {
    return distances[static_cast<size_t>(i)] <
           distances[static_cast<size_t>(j)];
  });
  order.resize(static_cast<size_t>(count));
  std::sort(order.begin(), order.end());
  return order;
}

}  // namespace decant
