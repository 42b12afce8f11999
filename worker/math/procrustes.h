// Orthogonal Procrustes alignment of the projected teacher to the student
// (docs/methods).
//
// Shapes: O x I = [out, in].
#ifndef DECANT_WORKER_MATH_PROCRUSTES_H_
#define DECANT_WORKER_MATH_PROCRUSTES_H_

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace decant {

enum class AlignSide { kRight, kLeft, kBoth, kNone };

// "right", "left", "both" or "none"; InvalidArgument naming them.
absl::StatusOr<AlignSide> ParseAlignSide(absl::string_view name);

struct AlignOptions {
  AlignSide side = AlignSide::kRight;
  bool scaling = false;  // Also multiply by |M|_* / |W_p|^2.
};

struct Alignment {
  at::Tensor aligned_OI;       // A, fp32, contiguous.
  double residual_before = 0;  // |W_p - W_s|
  double residual_after = 0;   // |A - W_s|
  double scale = 1;
  int64_t rank = 0;       // Of M, singular values above 1e-10 of the largest.
  int64_t full_rank = 0;  // min(O, I): the largest rank M can have.
  // M kills directions that W_p has: part of the rotation was free and A
  // depends on how it was completed (below).
  bool is_completed = false;
};

// Rotates `teacher_OI` (W_p) towards `student_OI` (W_s):
//
//   right  A = W_p R, R = polar(M), M = W_p^T W_s. One-sided alignment keeps
//          only the teacher's Gram matrix W_p W_p^T.
//   left   A = R W_p, R = polar(M), M = W_s W_p^T
//   both   A = U_s diag(sigma(W_p)) V_s^T: keeps only the singular values
//   none   A = W_p
//
// All in fp64. Right works at min(O, I) after zero rows and columns of W_p are
// set aside: with the thin QR W_p^T = Q_p L_p^T, A = L_p polar(L_p^T W_s), so
// an I x I matrix never exists when I > O. Cost: QRs and one polar factor.
//
// Rank-deficient M leaves R free between the complements of its row and column
// spaces. If W_p has no part there (zero padding, a low-rank teacher), A does
// not depend on it and nothing is chosen. Otherwise R is completed to the
// rotation nearest the identity (Z = polar of the map between complements; its
// own ties fall as the SVD decides), inside the span of both row spaces, whose
// dimension is at most min(I, 2 O).
//
// Source: Schoenemann 1966; Golub and Van Loan, 6.4.1. The determined part
// equals scipy.linalg.orthogonal_procrustes.
//
// InvalidArgument  not floating matrices of one shape on one device, or NaN or
//                  Inf in one of them.
absl::StatusOr<Alignment> AlignToStudent(const at::Tensor& teacher_OI,
                                         const at::Tensor& student_OI,
                                         const AlignOptions& options);

}  // namespace decant

#endif  // DECANT_WORKER_MATH_PROCRUSTES_H_
