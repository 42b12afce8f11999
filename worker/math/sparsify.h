// Dropping most of a weight change (docs/methods, `magnitude` and `random`).
#ifndef DECANT_WORKER_MATH_SPARSIFY_H_
#define DECANT_WORKER_MATH_SPARSIFY_H_

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "worker/math/philox.h"

namespace decant {

enum class DropMethod { kMagnitude, kRandom };
// What the kept values are multiplied by: |D| / |D_kept| in the Euclidean or
// the absolute norm, 1, or 1 / (1 - drop).
enum class Rescale { kL2, kL1, kNone, kInverse };

// "magnitude" or "random"; "l2", "l1", "none" or "inverse". InvalidArgument
// naming the known ones.
absl::StatusOr<DropMethod> ParseDropMethod(absl::string_view name);
absl::StatusOr<Rescale> ParseRescale(absl::string_view name);

struct SparsifyOptions {
  DropMethod method = DropMethod::kMagnitude;
  double drop = 0;  // Share dropped, in [0, 1].
  Rescale rescale = Rescale::kL2;
  PhiloxKey key = {};  // Purpose "dare"; read by kRandom alone.
};

struct SparsifyReport {
  int64_t num_kept = 0;    // Positions kept, zeros among them.
  double scale = 1;        // Applied to each kept value, as fp32.
  double energy_kept = 1;  // |D_kept|^2 / |D|^2 before rescaling; 1 if D = 0.
};

// nearbyint((1 - drop) count), halves to even: what kMagnitude keeps.
int64_t NumKept(double drop, int64_t count);

// Overwrites `delta` (fp32, contiguous, any shape and device) with its sparse,
// rescaled form; dropped values become +0.
//
// kMagnitude keeps exactly NumKept() largest magnitudes, of equal ones those
// with the lower flat index: exact radix select on the bits, no sort. kRandom
// keeps position i iff Philox word i < floor((1 - drop) 2^32). The kept set is
// the same on every device and for any number of threads.
//
// Nothing kept (drop 1, or a count so small that it rounds to 0), or an
// all-zero change: the result is all zero and the scale 1. Everything kept by
// l2, l1 or none: `delta` is unchanged.
//
// InvalidArgument  not fp32 or not contiguous, drop outside [0, 1], or NaN or
//                  Inf in `delta` (checked before anything is written).
absl::StatusOr<SparsifyReport> SparsifyInPlace(const SparsifyOptions& options,
                                               at::Tensor& delta);

}  // namespace decant

#endif  // DECANT_WORKER_MATH_SPARSIFY_H_
