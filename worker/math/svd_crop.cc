#include "worker/math/svd_crop.h"

#include <ATen/ops/zeros.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "worker/math/best_rank.h"
#include "worker/math/torch_status.h"

namespace decant {

absl::StatusOr<at::Tensor> CropOrPad(const at::Tensor& w, int64_t out_rows,
                                     int64_t out_columns) {
  if (!w.defined() || w.dim() != 2 || out_rows < 1 || out_columns < 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("crop to ", out_rows, " x ", out_columns,
                     ": expected a matrix and positive extents"));
  }
  return TryTorch("crop", [&]() -> at::Tensor {
    const int64_t rows = std::min(out_rows, w.size(0));
    const int64_t columns = std::min(out_columns, w.size(1));
    const at::Tensor block = w.narrow(0, 0, rows).narrow(1, 0, columns);
    if (rows == out_rows && columns == out_columns) return block.contiguous();
    at::Tensor padded = at::zeros({out_rows, out_columns}, w.options());
    padded.narrow(0, 0, rows).narrow(1, 0, columns).copy_(block);
    return padded;
  });
}

absl::StatusOr<SvdCropResult> SvdCrop(const at::Tensor& w,
                                      const SvdCropOptions& options) {
  if (!w.defined() || w.dim() != 2 || !w.is_floating_point() ||
      options.rank < 0) {
    return absl::InvalidArgumentError(absl::StrCat(
        "svd-crop: expected a floating matrix and a rank >= 0, not ",
        options.rank));
  }
  SvdCropResult result;
  at::Tensor block = w;
  if (options.rank > 0 && options.rank < std::min(w.size(0), w.size(1))) {
    ASSIGN_OR_RETURN(const TruncatedSvd svd,
                     BestRank(w, options.rank, options.key));
    result.used_svd = true;
    result.energy_kept = svd.energy_kept;
    ASSIGN_OR_RETURN(block, TryTorch("svd-crop", [&] {
                       return svd.Product(
                           std::min(options.out_rows, w.size(0)),
                           std::min(options.out_columns, w.size(1)));
                     }));
  }
  ASSIGN_OR_RETURN(const at::Tensor cropped,
                   CropOrPad(block, options.out_rows, options.out_columns));
  ASSIGN_OR_RETURN(result.projected, TryTorch("svd-crop", [&] {
                     return w.scalar_type() == at::kDouble
                                ? cropped
                                : cropped.to(at::kFloat);
                   }));
  return result;
}

}  // namespace decant
