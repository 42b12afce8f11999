#include "worker/math/procrustes.h"

#include <ATen/ops/linalg_svd.h>
#include <ATen/ops/linalg_svdvals.h>

#include <algorithm>
#include <cmath>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "worker/math/inner_product.h"
#include "worker/math/right_rotation.h"
#include "worker/math/torch_status.h"

namespace decant {
namespace {

absl::Status CheckPair(const at::Tensor& teacher, const at::Tensor& student) {
  if (!teacher.defined() || !student.defined() || teacher.dim() != 2 ||
      teacher.sizes() != student.sizes() || teacher.numel() == 0 ||
      teacher.device() != student.device() || !teacher.is_floating_point() ||
      !student.is_floating_point()) {
    return absl::InvalidArgumentError(
        "Procrustes: teacher and student must be floating matrices of one "
        "shape on one device");
  }
  return absl::OkStatus();
}

// U_s diag(sigma(P)) V_s^T, with the rank of the student's own matrix.
absl::StatusOr<Rotated> ReplaceSingularValues(const at::Tensor& p_OI,
                                              const at::Tensor& s_OI) {
  return TryTorch("Procrustes on both sides", [&] {
    const auto [u, sigma_s, vh] = at::linalg_svd(s_OI, false);
    const at::Tensor sigma_p = at::linalg_svdvals(p_OI);
    Rotated result;
    result.rotated_OI = u.mul(sigma_p).matmul(vh);
    result.rank = s_OI.size(0) < s_OI.size(1) ? s_OI.size(0) : s_OI.size(1);
    result.nuclear_norm = sigma_p.dot(sigma_s).item<double>();
    return result;
  });
}

absl::StatusOr<Rotated> Rotate(const at::Tensor& p_OI, const at::Tensor& s_OI,
                               AlignSide side) {
  switch (side) {
    case AlignSide::kRight:
      return RotateRight(p_OI, s_OI);
    case AlignSide::kLeft: {
      // (R P)^T = P^T R^T and R^T = polar(P S^T): the right side, transposed.
      ASSIGN_OR_RETURN(Rotated result, RotateRight(p_OI.t(), s_OI.t()));
      result.rotated_OI = result.rotated_OI.t();
      return result;
    }
    case AlignSide::kBoth:
      return ReplaceSingularValues(p_OI, s_OI);
    case AlignSide::kNone:
      break;
  }
  return absl::InternalError("Procrustes: no rotation for this side");
}

}  // namespace

absl::StatusOr<AlignSide> ParseAlignSide(absl::string_view name) {
  if (name == "right") return AlignSide::kRight;
  if (name == "left") return AlignSide::kLeft;
  if (name == "both") return AlignSide::kBoth;
  if (name == "none") return AlignSide::kNone;
  return absl::InvalidArgumentError(absl::StrCat(
      "unknown alignment side '", name, "'; known: right, left, both, none"));
}

absl::StatusOr<Alignment> AlignToStudent(const at::Tensor& teacher_OI,
                                         const at::Tensor& student_OI,
                                         const AlignOptions& options) {
  RETURN_IF_ERROR(CheckPair(teacher_OI, student_OI));
  Alignment result;
  result.full_rank = std::min(teacher_OI.size(0), teacher_OI.size(1));
  ASSIGN_OR_RETURN(result.residual_before, Distance(teacher_OI, student_OI));
  if (!std::isfinite(result.residual_before)) {
    return absl::InvalidArgumentError(
        "Procrustes: NaN or Inf in the teacher's or the student's matrix");
  }
  if (options.side == AlignSide::kNone) {
    ASSIGN_OR_RETURN(result.aligned_OI, TryTorch("Procrustes", [&] {
                       return teacher_OI.to(at::kFloat).contiguous();
                     }));
    result.residual_after = result.residual_before;
    return result;
  }
  return TryTorch("Procrustes", [&]() -> absl::StatusOr<Alignment> {
    const at::Tensor p = teacher_OI.to(at::kDouble);
    const at::Tensor s = student_OI.to(at::kDouble);
    ASSIGN_OR_RETURN(Rotated rotated, Rotate(p, s, options.side));
    result.rank = rotated.rank;
    result.is_completed = rotated.is_completed;
    if (options.scaling) {
      ASSIGN_OR_RETURN(const double energy, SquaredNorm(p));
      result.scale = energy > 0 ? rotated.nuclear_norm / energy : 1;
      rotated.rotated_OI.mul_(result.scale);
    }
    ASSIGN_OR_RETURN(result.residual_after, Distance(rotated.rotated_OI, s));
    result.aligned_OI = rotated.rotated_OI.to(at::kFloat).contiguous();
    return result;
  });
}

}  // namespace decant
