#include "worker/math/philox_tensor.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/zeros_like.h>

#include <array>

#include "worker/math/block_sums.h"
#include "worker/math/torch_status.h"

namespace decant {
namespace {

constexpr int64_t kMultiplier0 = 0xD2511F53;
constexpr int64_t kMultiplier1 = 0xCD9E8D57;
constexpr int64_t kWeyl0 = 0x9E3779B9;
constexpr int64_t kWeyl1 = 0xBB67AE85;
constexpr int64_t kLowMask = 0xFFFFFFFF;
constexpr int kNumRounds = 10;

// int64 products of two 32-bit values wrap modulo 2^64, which keeps all bits;
// the masks take back the sign that the shift smears.
at::Tensor High(const at::Tensor& product) {
  return product.bitwise_right_shift(32).bitwise_and_(kLowMask);
}

at::Tensor Low(const at::Tensor& product) {
  return product.bitwise_and(kLowMask);
}

// Ten rounds for the counters (index, 0, 0), [n] each; result [n, 4].
at::Tensor Rounds(const at::Tensor& index, PhiloxKey key) {
  std::array<at::Tensor, 4> c = {Low(index), High(index), at::zeros_like(index),
                                 at::zeros_like(index)};
  int64_t key0 = key[0];
  int64_t key1 = key[1];
  for (int round = 0; round < kNumRounds; ++round) {
    const at::Tensor p0 = c[0].mul(kMultiplier0);
    const at::Tensor p1 = c[2].mul(kMultiplier1);
    c = {High(p1).bitwise_xor_(c[1]).bitwise_xor_(key0), Low(p1),
         High(p0).bitwise_xor_(c[3]).bitwise_xor_(key1), Low(p0)};
    key0 = (key0 + kWeyl0) & kLowMask;
    key1 = (key1 + kWeyl1) & kLowMask;
  }
  return at::stack({c[0], c[1], c[2], c[3]}, 1);
}

}  // namespace

absl::StatusOr<at::Tensor> PhiloxWordsOnDevice(PhiloxKey key, int64_t begin,
                                               int64_t count,
                                               at::Device device) {
  return TryTorch("Philox words", [&] {
    const int64_t first = begin / 4;
    const int64_t last = (begin + count + 3) / 4;
    const at::Tensor index = at::arange(
        first, last, at::TensorOptions().dtype(at::kLong).device(device));
    return Rounds(index, key).reshape({-1}).narrow(0, begin - 4 * first, count);
  });
}

absl::StatusOr<at::Tensor> PhiloxNormalMatrix(PhiloxKey key, int64_t rows,
                                              int64_t columns,
                                              at::Device device) {
  return TryTorch("Philox normals", [&] {
    at::Tensor host = at::empty({rows, columns}, at::kFloat);
    float* values = host.mutable_data_ptr<float>();
    ForEachBlock(rows * columns, [&](int64_t, int64_t begin, int64_t end) {
      FillPhiloxNormals(key, static_cast<uint64_t>(begin),
                        static_cast<uint64_t>(end), values + begin);
    });
    return host.to(device);
  });
}

}  // namespace decant
