// Streamed Gram matrices of expert fingerprints (docs/methods).
//
// Shapes: E = experts (rows), n = columns of one block.
#ifndef DECANT_WORKER_MATH_GRAM_ACCUMULATOR_H_
#define DECANT_WORKER_MATH_GRAM_ACCUMULATOR_H_

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace decant {

// Sums G = sum X X^T, or C = sum A B^T, over column blocks. One accumulator
// holds one of the two; sums of several accumulators add.
//
// Blocks are converted to fp64 piece by piece and multiplied in fp64: distances
// are small differences of large entries when the experts share a large common
// part, and fp32 products would lose them. The pieces have a size that depends
// on E alone, so equal blocks in equal order give equal bits. Not thread-safe.
class GramAccumulator {
 public:
  struct Options {
    // Subtracts row 0 from every row of a block first. Distances, centroids
    // and clusters are invariant; rounding is smaller when the common part is
    // huge (max G_ii / min d_i^2 above 1e10). Do not combine such Grams with
    // coefficients that differ between rows: they are not invariant then.
    bool subtract_row_zero = false;
  };

  // `num_rows` E >= 1. The sum lives on the device of the first block.
  explicit GramAccumulator(int64_t num_rows)
      : GramAccumulator(num_rows, Options()) {}
  GramAccumulator(int64_t num_rows, Options options)
      : num_rows_(num_rows), options_(options) {}

  // Adds X X^T. `x_En` [E, n], any floating dtype, contiguous or not.
  // InvalidArgument: not [E, n] or not floating.
  absl::Status Add(const at::Tensor& x_En);
  // Adds A B^T. InvalidArgument as above, or n or devices differ.
  absl::Status AddCross(const at::Tensor& a_En, const at::Tensor& b_En);

  // The same for rows that lie apart in memory (one tensor an expert, flattened
  // in storage order), without stacking them. InvalidArgument: not E tensors
  // of equal element count.
  absl::Status AddRows(const std::vector<at::Tensor>& rows);
  absl::Status AddCrossRows(const std::vector<at::Tensor>& a_rows,
                            const std::vector<at::Tensor>& b_rows);

  // The sum so far, [E, E] fp64 on the host; zeros before the first block.
  absl::StatusOr<at::Tensor> Sum() const;

 private:
  absl::Status CheckRows(const std::vector<at::Tensor>& rows) const;
  at::Tensor Piece(const std::vector<at::Tensor>& rows, int64_t begin,
                   int64_t length) const;
  void Accumulate(const std::vector<at::Tensor>& a_rows,
                  const std::vector<at::Tensor>* b_rows);

  const int64_t num_rows_;
  const Options options_;
  at::Tensor sum_EE_;
};

}  // namespace decant

#endif  // DECANT_WORKER_MATH_GRAM_ACCUMULATOR_H_
