// Where the experts of a layer lie, from their Gram alone (docs/methods):
// distances to the centroid, and how much of an expert the mean keeps.
//
// Shapes: E = experts; a Gram is E x E doubles, row-major. Row e of A (B) is
// the fingerprint of expert e of teacher layer lo (hi).
//
// Plain C++, sequential and without torch: the result must be the same bits on
// every machine, since the unit that asks for it is portable.
#ifndef DECANT_WORKER_MATH_CENTROID_H_
#define DECANT_WORKER_MATH_CENTROID_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"

namespace decant {

// Grams of one kind of matrix (gate, up or down), over all its elements.
struct KindGrams {
  std::vector<double> lo;          // A A^T
  std::vector<double> cross = {};  // A B^T; empty when there is only `lo`.
  std::vector<double> hi = {};     // B B^T; likewise.
};

// The Gram of virtual experts x_i = a_i A_i + b_i B_i, with SLERP coefficients
// per expert from the diagonals. With weight 0 it is `lo` itself.
//
// InvalidArgument: a Gram of the wrong size, a value that is not finite, or an
// antipodal pair (the expert is named).
absl::StatusOr<std::vector<double>> VirtualGram(const KindGrams& grams,
                                                int64_t num_experts,
                                                double weight);

struct CentroidGeometry {
  std::vector<double> distances;  // d_i, Euclidean.
  std::vector<double> norms;      // |x_i|
  double mean_cosine = 0;         // Over pairs i < j; a zero expert counts 0.
  double norm_spread = 0;         // (max |x| - min |x|) / mean |x|
  // |mean x| / mean |x|: 1/sqrt(E) when experts are orthogonal, and then a
  // plain mean shrinks the weights by as much.
  double centroid_norm_ratio = 0;
};

// d_i^2 = G_ii - (2/E) sum_j G_ij + (1/E^2) sum_jk G_jk. `gram` has E x E
// values, E >= 1.
CentroidGeometry MeasureCentroid(const std::vector<double>& gram,
                                 int64_t num_experts);

// The `count` indices with the smallest distances, ascending by index; ties go
// to the lower index. `count` is at most the number of distances.
std::vector<int64_t> NearestToCentroid(const std::vector<double>& distances,
                                       int64_t count);

}  // namespace decant

#endif  // DECANT_WORKER_MATH_CENTROID_H_
