// The published projection to the student's shape (docs/methods, `svd-crop`).
#ifndef DECANT_WORKER_MATH_SVD_CROP_H_
#define DECANT_WORKER_MATH_SVD_CROP_H_

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "absl/status/statusor.h"
#include "worker/math/philox.h"

namespace decant {

struct SvdCropOptions {
  int64_t rank = 0;  // k; 0 or k >= min(rows, columns): no SVD, W_k = W.
  int64_t out_rows = 0;
  int64_t out_columns = 0;
  PhiloxKey key = {};  // Purpose "sketch".
};

struct SvdCropResult {
  at::Tensor projected;    // [out_rows, out_columns], fp32 (fp64 for fp64).
  double energy_kept = 1;  // |W_k|^2 / |W|^2; 1 without SVD.
  bool used_svd = false;
};

// The top-left out_rows x out_columns block of the best rank-k approximation
// of `w` [rows, columns], zero-padded where `w` is smaller. The part of W_k
// outside the block is never computed.
//
// InvalidArgument  not a floating matrix, an extent < 1, a negative rank, or
//                  NaN or Inf where an SVD is needed.
absl::StatusOr<SvdCropResult> SvdCrop(const at::Tensor& w,
                                      const SvdCropOptions& options);

// The crop alone: top-left block, zero-padded, dtype kept, contiguous.
// InvalidArgument: not a matrix or an extent < 1.
absl::StatusOr<at::Tensor> CropOrPad(const at::Tensor& w, int64_t out_rows,
                                     int64_t out_columns);

}  // namespace decant

#endif  // DECANT_WORKER_MATH_SVD_CROP_H_
