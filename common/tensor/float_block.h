// Stored floats as doubles, block by block.
#ifndef DECANT_COMMON_TENSOR_FLOAT_BLOCK_H_
#define DECANT_COMMON_TENSOR_FLOAT_BLOCK_H_

#include <cstdint>

#include "absl/types/span.h"
#include "common/tensor/dtype.h"

namespace decant {

// F64, F32, BF16 and F16: what DecodeFloats and EncodeFloat take.
bool IsDecodable(DType dtype);

// Decodes values.size() elements at `data` (any alignment) exactly.
void DecodeFloats(DType dtype, const char* data, absl::Span<double> values);

// The stored bits of `value` in `dtype`, zero-extended. Values are rounded to
// nearest even, by way of fp32 for the 16-bit types (as libtorch converts).
uint64_t EncodeFloat(DType dtype, double value);

// The stored bits of element `index` at `data`, zero-extended.
uint64_t StoredBits(DType dtype, const char* data, int64_t index);

}  // namespace decant

#endif  // DECANT_COMMON_TENSOR_FLOAT_BLOCK_H_
