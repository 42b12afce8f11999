#include "worker/math/philox_tensor.h"

#include <gtest/gtest.h>

#include "tests/worker/math/random_matrix.h"

namespace decant {
namespace {

TEST(PhiloxTensorTest, TensorOperationsGiveTheWordsOfTheStream) {
  const PhiloxKey key = SeedKey(9, "dare", 1, "x");
  for (const int64_t begin : {int64_t{0}, int64_t{3}, (int64_t{1} << 36) + 5}) {
    const at::Tensor words =
        PhiloxWordsOnDevice(key, begin, 23, at::kCPU).value();
    ASSERT_EQ(words.numel(), 23);
    for (int64_t i = 0; i < 23; ++i) {
      EXPECT_EQ(words[i].item<int64_t>(),
                PhiloxWord(key, static_cast<uint64_t>(begin + i)));
    }
  }
}

TEST(PhiloxTensorTest, NormalMatrixIsTheStreamInRowMajorOrder) {
  const PhiloxKey key = {5, 6};
  const at::Tensor got = PhiloxNormalMatrix(key, 300, 400, at::kCPU).value();
  std::vector<float> want(120'000);
  FillPhiloxNormals(key, 0, want.size(), want.data());
  EXPECT_TRUE(got.equal(at::tensor(want).view({300, 400})));
}

}  // namespace
}  // namespace decant
