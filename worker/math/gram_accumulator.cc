#include "worker/math/gram_accumulator.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "worker/math/torch_status.h"

namespace decant {
namespace {

// fp64 values in one piece: 32 MiB, so two pieces and the sum stay near the
// cores while the product is still large enough to run at full speed.
constexpr int64_t kPieceValues = int64_t{1} << 22;
constexpr int64_t kMinPieceColumns = 1'024;

int64_t PieceColumns(int64_t num_rows) {
  return std::max(kMinPieceColumns, kPieceValues / num_rows);
}

absl::StatusOr<std::vector<at::Tensor>> RowsOf(const at::Tensor& x_En) {
  if (!x_En.defined() || x_En.dim() != 2) {
    return absl::InvalidArgumentError(
        "Gram: a block must be a matrix [experts, columns]");
  }
  return TryTorch("rows of a Gram block", [&] { return x_En.unbind(0); });
}

}  // namespace

absl::Status GramAccumulator::CheckRows(
    const std::vector<at::Tensor>& rows) const {
  if (static_cast<int64_t>(rows.size()) != num_rows_ || num_rows_ < 1) {
    return absl::InvalidArgumentError(absl::StrCat(
        "Gram: a block has ", rows.size(), " rows; expected ", num_rows_));
  }
  for (const at::Tensor& row : rows) {
    if (!row.defined() || !row.is_floating_point() ||
        row.numel() != rows[0].numel() || row.device() != rows[0].device()) {
      return absl::InvalidArgumentError(
          "Gram: rows must be floating tensors of one size on one device");
    }
  }
  return absl::OkStatus();
}

at::Tensor GramAccumulator::Piece(const std::vector<at::Tensor>& rows,
                                  int64_t begin, int64_t length) const {
  at::Tensor piece =
      at::empty({num_rows_, length}, rows[0].options().dtype(at::kDouble));
  for (int64_t i = 0; i < num_rows_; ++i) {
    const at::Tensor& row = rows[static_cast<size_t>(i)];
    piece.select(0, i).copy_(row.narrow(0, begin, length));
  }
  if (options_.subtract_row_zero) piece.sub_(piece.select(0, 0).clone());
  return piece;
}

void GramAccumulator::Accumulate(const std::vector<at::Tensor>& a_rows,
                                 const std::vector<at::Tensor>* b_rows) {
  if (!sum_EE_.defined()) {
    sum_EE_ = at::zeros({num_rows_, num_rows_},
                        a_rows[0].options().dtype(at::kDouble));
  }
  const int64_t num_columns = a_rows[0].numel();
  const int64_t step = PieceColumns(num_rows_);
  for (int64_t begin = 0; begin < num_columns; begin += step) {
    const int64_t length = std::min(step, num_columns - begin);
    const at::Tensor a = Piece(a_rows, begin, length);
    const at::Tensor b = b_rows ? Piece(*b_rows, begin, length) : a;
    sum_EE_.addmm_(a, b.t());
  }
}

absl::Status GramAccumulator::AddRows(const std::vector<at::Tensor>& rows) {
  RETURN_IF_ERROR(CheckRows(rows));
  return TryTorch("Gram", [&] {
    std::vector<at::Tensor> flat;
    for (const at::Tensor& row : rows) flat.push_back(row.reshape({-1}));
    Accumulate(flat, nullptr);
  });
}

absl::Status GramAccumulator::AddCrossRows(
    const std::vector<at::Tensor>& a_rows,
    const std::vector<at::Tensor>& b_rows) {
  RETURN_IF_ERROR(CheckRows(a_rows));
  RETURN_IF_ERROR(CheckRows(b_rows));
  if (a_rows[0].numel() != b_rows[0].numel() ||
      a_rows[0].device() != b_rows[0].device()) {
    return absl::InvalidArgumentError(
        "Gram: both sides of a cross-Gram need one width and one device");
  }
  return TryTorch("cross-Gram", [&] {
    std::vector<at::Tensor> flat_a;
    std::vector<at::Tensor> flat_b;
    for (const at::Tensor& row : a_rows) flat_a.push_back(row.reshape({-1}));
    for (const at::Tensor& row : b_rows) flat_b.push_back(row.reshape({-1}));
    Accumulate(flat_a, &flat_b);
  });
}

absl::Status GramAccumulator::Add(const at::Tensor& x_En) {
  ASSIGN_OR_RETURN(const std::vector<at::Tensor> rows, RowsOf(x_En));
  return AddRows(rows);
}

absl::Status GramAccumulator::AddCross(const at::Tensor& a_En,
                                       const at::Tensor& b_En) {
  ASSIGN_OR_RETURN(const std::vector<at::Tensor> a_rows, RowsOf(a_En));
  ASSIGN_OR_RETURN(const std::vector<at::Tensor> b_rows, RowsOf(b_En));
  return AddCrossRows(a_rows, b_rows);
}

absl::StatusOr<at::Tensor> GramAccumulator::Sum() const {
  return TryTorch("Gram", [&] {
    if (sum_EE_.defined()) return sum_EE_.to(at::kCPU).clone();
    return at::zeros({num_rows_, num_rows_}, at::kDouble);
  });
}

}  // namespace decant
