// What changed between two tensors of one shape: the proof that a made model
// is not the one it started from.
#ifndef DECANT_COMMON_TENSOR_TENSOR_COMPARE_H_
#define DECANT_COMMON_TENSOR_TENSOR_COMPARE_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/tensor/checkpoint.h"

namespace decant {

// A: before, B: after, both flattened. Elements that are not finite on either
// side stand in no sum below.
struct TensorComparison {
  int64_t num_elements = 0;
  // Elements whose stored bits differ. Where the dtypes differ, A is first
  // rounded to B's, so that a mere change of dtype is no change.
  int64_t changed_elements = 0;
  int64_t nonfinite_elements = 0;  // Of B.
  double changed_fraction = 0;     // 0 for a tensor without elements.
  // |B - A| / |A|; 1 when A is all zero and B is not, 0 when both are.
  double relative_change = 0;
  // <A, B> / (|A| |B|); 1 when both are all zero, 0 when one is.
  double cosine = 1;
};

// Sums up in fp64, in the order of the calls: the result is a function of the
// bytes and of nothing else. Not thread-safe.
class TensorComparer {
 public:
  // Both IsDecodable (float_block.h).
  TensorComparer(DType before, DType after) : before_(before), after_(after) {}

  // The next `num_elements` of both tensors.
  void Add(const void* before, const void* after, int64_t num_elements);
  TensorComparison Result() const;

 private:
  void AddValues(const double* before, const double* after, int64_t count);
  void CountChanged(const char* before, const char* after,
                    const double* before_values, int64_t count);

  const DType before_;
  const DType after_;
  TensorComparison counts_;
  double before_squares_ = 0;
  double after_squares_ = 0;
  double delta_squares_ = 0;
  double dot_ = 0;
};

// Streams both tensors once, in blocks of a few megabytes.
//
// NotFound         a tensor is missing.
// InvalidArgument  the shapes differ, or a dtype is not F64, F32, BF16 or F16.
absl::StatusOr<TensorComparison> CompareTensors(const Checkpoint& before,
                                                absl::string_view before_name,
                                                const Checkpoint& after,
                                                absl::string_view after_name);

}  // namespace decant

#endif  // DECANT_COMMON_TENSOR_TENSOR_COMPARE_H_
